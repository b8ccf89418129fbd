import { SessionError } from "../core/errors.ts";
import type { SessionRecord, SessionStore, StoreChange, StoreWatch } from "../stores/store.ts";

/** Somebody who waits for a session to end. */
interface Waiting {
  readonly onEnd: () => void;
  /** The id that the session has now: it gets another when its token is replaced. */
  id: string;
  over: boolean;
}

/** All who wait for the end of one session. */
interface Group {
  readonly members: Set<Waiting>;
  /** When the session is looked at again, by the sessions' clock. */
  nextLook: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

type WatchableStore = SessionStore & Required<Pick<SessionStore, "watch">>;

/** After a store that did not answer: whether a session has ended must not stay unknown. */
const ASK_AGAIN_MS = 1000;
/** What `setTimeout` takes: with more it would call back at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Tells when sessions end, on whichever node. One watch serves all who wait; it runs while somebody does. Of
 * an expiry no store tells before it sweeps, and some never do: so a session is looked at again when it would
 * be over by what was seen of it. If its visitor came back meanwhile, that goes on.
 */
export class Endings {
  readonly #store: WatchableStore;
  readonly #now: () => number;
  readonly #waiting = new Map<string, Group>();
  #watch: Promise<StoreWatch> | undefined;

  /**
   * @param now - The sessions' clock.
   * @throws SessionError `ERR_SESSION_UNSUPPORTED` when the store cannot watch.
   */
  constructor(store: SessionStore, now: () => number) {
    if (!canWatch(store)) throw new SessionError("ERR_SESSION_UNSUPPORTED", "This store has no watch.");
    this.#store = store;
    this.#now = now;
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
      this.#lookAgainAt(id, this.#now() + ASK_AGAIN_MS);
    }
  }

  /** Looks again at this moment, unless that will be done earlier anyway. */
  #lookAgainAt(id: string, moment: number): void {
    const group = this.#waiting.get(id);
    if (group === undefined || group.nextLook <= moment) return;
    clearTimeout(group.timer);
    group.nextLook = moment;
    const look = (): void => {
      group.nextLook = Infinity;
      void this.#lookAgain(id);
    };
    group.timer = setTimeout(look, Math.min(moment - this.#now(), LONGEST_TIMER_MS));
    // A timer is a number where none keeps a process alive.
    (group.timer as Partial<NodeJS.Timeout>).unref?.();
  }

  async #check(id: string, record: SessionRecord | undefined): Promise<void> {
    if (record === undefined) return this.#end(id);
    const { successor, userId, expiresAt } = record;
    if (successor === undefined) {
      const moment = this.#now();
      // One that is there after its time is so by another clock.
      return this.#lookAgainAt(id, expiresAt > moment ? expiresAt : moment + ASK_AGAIN_MS);
    }
    const next = await this.#store.find(successor);
    for (const one of this.#membersOf(id)) {
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
    for (const one of this.#membersOf(id)) this.#finish(one);
  }

  #membersOf(id: string): Iterable<Waiting> {
    return this.#waiting.get(id)?.members ?? [];
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
    const group = this.#waiting.get(one.id);
    if (group !== undefined) group.members.add(one);
    else this.#waiting.set(one.id, { members: new Set([one]), nextLook: Infinity, timer: undefined });
  }

  #remove(one: Waiting, id = one.id): void {
    const group = this.#waiting.get(id);
    group?.members.delete(one);
    if (group?.members.size === 0) {
      clearTimeout(group.timer);
      this.#waiting.delete(id);
    }
    if (this.#waiting.size > 0 || this.#watch === undefined) return;
    const watch = this.#watch;
    this.#watch = undefined;
    watch.then((running) => running.stop()).catch(() => undefined);
  }
}

function canWatch(store: SessionStore): store is WatchableStore {
  return store.watch !== undefined;
}
