import type { SessionRecord, SessionStore, StoreChange, StoreWatch } from "../stores/store.ts";

/** Somebody who waits for a session to end. */
interface Waiting {
  readonly onEnd: () => void;
  /** The id that the session has now: it gets another when its token is replaced. */
  id: string;
  over: boolean;
}

type WatchableStore = SessionStore & Required<Pick<SessionStore, "watch">>;

/** After a store that did not answer: whether a session has ended must not stay unknown. */
const ASK_AGAIN_MS = 1000;

/**
 * Tells when sessions end, on whichever node. One watch serves all who wait; it runs while somebody does.
 */
export class Endings {
  readonly #store: WatchableStore;
  readonly #waiting = new Map<string, Set<Waiting>>();
  #watch: Promise<StoreWatch> | undefined;

  constructor(store: WatchableStore) {
    this.#store = store;
  }

  /** Calls back once when the session is over; see {@link Sessions.onRevoked}. @returns what stops it */
  async listen(id: string, onEnd: () => void): Promise<() => void> {
    const one: Waiting = { onEnd, id, over: false };
    this.#add(one);
    const stop = (): void => {
      one.over = true;
      this.#remove(one);
    };
    try {
      await this.#startWatch();
      // Watched first, looked up then: there is no moment between in which it could end unseen.
      await this.#check(id, await this.#store.find(id));
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  async #startWatch(): Promise<void> {
    this.#watch ??= this.#store.watch((change) => void this.#hear(change));
    const starting = this.#watch;
    try {
      await starting;
    } catch (error) {
      if (this.#watch === starting) this.#watch = undefined;
      throw error;
    }
  }

  async #hear(change: StoreChange): Promise<void> {
    if (change.type === "missed") for (const id of this.#waiting.keys()) void this.#lookAgain(id);
    else if (!this.#waiting.has(change.id)) return;
    else if (change.type === "deleted") this.#end(change.id);
    else await this.#lookAgain(change.id);
  }

  /** Looks what became of a session: it may have ended, or gone on under another id. */
  async #lookAgain(id: string): Promise<void> {
    try {
      if (this.#waiting.has(id)) await this.#check(id, await this.#store.find(id));
    } catch {
      // Down: neither ended nor not.
      setTimeout(() => void this.#lookAgain(id), ASK_AGAIN_MS).unref?.();
    }
  }

  async #check(id: string, record: SessionRecord | undefined): Promise<void> {
    if (record === undefined) return this.#end(id);
    const { successor, userId } = record;
    if (successor === undefined) return;
    const next = await this.#store.find(successor);
    for (const one of this.#waiting.get(id) ?? []) {
      // Somebody else's now: for the one who waits it is over.
      if (next !== undefined && next.userId !== userId) this.#finish(one);
      else this.#follow(one, successor);
    }
    await this.#check(successor, next);
  }

  #follow(one: Waiting, successor: string): void {
    const { id } = one;
    one.id = successor;
    // In this order: a moment in which nobody waits would end the watch.
    this.#add(one);
    this.#remove(one, id);
  }

  #end(id: string): void {
    for (const one of this.#waiting.get(id) ?? []) this.#finish(one);
  }

  #finish(one: Waiting): void {
    this.#remove(one);
    if (one.over) return;
    one.over = true;
    try {
      one.onEnd();
    } catch (error) {
      console.error("coatcheck: a listener of onRevoked threw", error);
    }
  }

  #add(one: Waiting): void {
    const others = this.#waiting.get(one.id);
    if (others === undefined) this.#waiting.set(one.id, new Set([one]));
    else others.add(one);
  }

  #remove(one: Waiting, id = one.id): void {
    const others = this.#waiting.get(id);
    others?.delete(one);
    if (others?.size === 0) this.#waiting.delete(id);
    if (this.#waiting.size > 0 || this.#watch === undefined) return;
    const watch = this.#watch;
    this.#watch = undefined;
    watch.then((running) => running.stop()).catch(() => undefined);
  }
}
