import { vi } from "vitest";
import { cachedStore, type CachedStoreOptions } from "../../../src/stores/cached.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { SessionRecord, SessionStore, StoreChange, StoreWatch } from "../../../src/stores/store.ts";
import { testRecord } from "../../../src/testing/index.ts";

type Method = "find" | "insert" | "update" | "delete" | "deleteByUser";

/** What lies between a cache and its store: every call and every notification can be held up or lost here. */
export class Link {
  readonly origin: Required<SessionStore>;
  readonly store: Required<SessionStore>;
  /** Calls that were sent, as `find <id>`. */
  readonly calls: string[] = [];
  watches = 0;
  stops = 0;
  beats = 0;

  /** What a call waits for, and may fail with, on its way to the store. */
  there: (method: Method) => Promise<void> | void = () => undefined;
  /** What its answer waits for on the way back. */
  back: (method: Method) => Promise<void> | void = () => undefined;
  /** What becomes of a notification. */
  deliver: (change: StoreChange, tell: (change: StoreChange) => void) => void = (change, tell) =>
    tell(change);
  /** Whether a watch starts. */
  start: () => Promise<void> | void = () => undefined;
  /** What a proof waits for, and may fail with. */
  prove: () => Promise<void> | void = () => undefined;
  readonly #listeners = new Set<(change: StoreChange) => void>();

  constructor(origin: Required<SessionStore> = memoryStore()) {
    this.origin = origin;
    this.store = {
      ...origin,
      find: (id) => this.#call("find", id, () => origin.find(id)),
      insert: (record) => this.#call("insert", record.id, () => origin.insert(record)),
      update: (record, version) => this.#call("update", record.id, () => origin.update(record, version)),
      delete: (id) => this.#call("delete", id, () => origin.delete(id)),
      deleteByUser: (user, id) => this.#call("deleteByUser", user, () => origin.deleteByUser(user, id)),
      watch: (listener) => this.#watch(listener),
    };
  }

  /** Tells every watcher behind this link, as the store's own channel would. */
  tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async #call<R>(method: Method, about: string, call: () => Promise<R>): Promise<R> {
    this.calls.push(`${method} ${about}`);
    await this.there(method);
    const answer = await call();
    await this.back(method);
    return answer;
  }

  async #watch(listener: (change: StoreChange) => void): Promise<StoreWatch> {
    this.watches++;
    await this.start();
    const watch = await this.origin.watch((change) => this.deliver(change, listener));
    this.#listeners.add(listener);
    return {
      caughtUp: async () => {
        this.beats++;
        await watch.caughtUp();
        await this.prove();
      },
      stop: () => {
        this.stops++;
        this.#listeners.delete(listener);
        return watch.stop();
      },
    };
  }
}

/** Makes timers and both clocks stand still until {@link pass} lets time pass. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
}

/** Lets time pass, and everything happen that can happen then. */
export async function pass(milliseconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** A promise that never resolves. */
export const silence: Promise<never> = new Promise(() => undefined);

/** Something to wait for, until it is opened. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { closed: () => promise, open: () => resolve() };
}

/** A record that lives for a day. */
export function someRecord(fields: Partial<SessionRecord> = {}): SessionRecord {
  const createdAt = Date.now();
  return testRecord({ createdAt, expiresAt: createdAt + 86_400_000, ...fields });
}

/** A cache over a link, with a record that it answers without asking; `maxAge` is 10 seconds. */
export async function warmCache(options: Partial<CachedStoreOptions> = {}) {
  const link = new Link();
  const cache = cachedStore(link.store, { maxAge: 10, ...options }) as Required<SessionStore>;
  const record = someRecord({ userId: "7" });
  await link.origin.insert(record);
  const { id } = record;
  const warm = async (): Promise<void> => {
    await cache.find(id);
    await pass();
    await cache.find(id);
    await pass();
    link.calls.length = 0;
  };
  await warm();
  return { link, cache, record, id, warm, next: { ...record, version: 2, data: '{"n":2}' } };
}

/** Whether a lookup costs a round trip. */
export async function asks(given: {
  readonly cache: SessionStore;
  readonly link: Link;
  readonly id: string;
}): Promise<boolean> {
  given.link.calls.length = 0;
  await given.cache.find(given.id);
  return given.link.calls.length > 0;
}
