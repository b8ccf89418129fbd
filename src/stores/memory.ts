import { refuseUnknownOptions } from "../core/option-errors.ts";
import type { SessionRecord, SessionStore, StoreChange } from "./store.ts";

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** The clock, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const KNOWN: ReadonlySet<string> = new Set<keyof MemoryStoreOptions>(["now"]);

/**
 * A store in this process's memory: for tests, for development, and for a single process whose sessions
 * may end with it. It is a whole store all the same: the contract's every line holds.
 *
 * @returns a store with `findByUser`, `deleteByUser`, `deleteExpired` and `watch`.
 * @throws SessionError `ERR_SESSION_CONFIG` for an option that there is not.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Required<SessionStore> {
  refuseUnknownOptions(options, KNOWN, "memoryStore");
  const now = options.now ?? Date.now;
  const records = new Map<string, SessionRecord>();
  /** Most users have one session: its id alone, as a set takes 150 bytes more. */
  const byUser = new Map<string, string | Set<string>>();
  const listeners = new Set<(change: StoreChange) => void>();

  function living(id: string): SessionRecord | undefined {
    const record = records.get(id);
    return record !== undefined && record.expiresAt > now() ? record : undefined;
  }

  function put(record: SessionRecord): void {
    forgetUser(records.get(record.id));
    // Frozen, because a database would not see later changes to the object either.
    records.set(record.id, Object.freeze({ ...record }));
    if (record.userId === undefined) return;
    const ids = byUser.get(record.userId);
    if (ids === undefined) byUser.set(record.userId, record.id);
    else if (typeof ids === "string") byUser.set(record.userId, new Set([ids, record.id]));
    else ids.add(record.id);
  }

  function remove(id: string): boolean {
    const record = records.get(id);
    if (record === undefined) return false;
    records.delete(id);
    forgetUser(record);
    tell({ type: "deleted", id });
    return true;
  }

  function forgetUser(record: SessionRecord | undefined): void {
    if (record?.userId === undefined) return;
    const ids = byUser.get(record.userId);
    if (typeof ids === "object") ids.delete(record.id);
    if (typeof ids === "string" || ids?.size === 0) byUser.delete(record.userId);
  }

  function idsOf(userId: string): readonly string[] {
    const ids = byUser.get(userId) ?? [];
    return typeof ids === "string" ? [ids] : [...ids];
  }

  function tell(change: StoreChange): void {
    for (const listener of listeners) {
      queueMicrotask(() => {
        try {
          listener(change);
        } catch (error) {
          console.error("coatcheck: a store's listener threw", error);
        }
      });
    }
  }

  return {
    async find(id) {
      return living(id);
    },

    async insert(record) {
      if (records.has(record.id)) throw new Error("A session with this id is kept already.");
      put(record);
    },

    async update(record, expectedVersion) {
      if (living(record.id)?.version !== expectedVersion) return false;
      put(record);
      tell({ type: "updated", id: record.id, version: record.version });
      return true;
    },

    async delete(id) {
      remove(id);
    },

    async findByUser(userId) {
      const found = idsOf(userId)
        .map(living)
        .filter((record) => record !== undefined);
      return found.toSorted((a, b) => b.lastSeenAt - a.lastSeenAt);
    },

    async deleteByUser(userId, exceptId) {
      const ids = idsOf(userId).filter((id) => id !== exceptId);
      return ids.filter(remove).length;
    },

    // It does, but here a second pass costs nothing, and a test may put a method in the place of this one.
    deletesAtOnce: false,

    async deleteExpired(limit) {
      const moment = now();
      let removed = 0;
      for (const [id, record] of records) {
        if (removed >= limit) break;
        if (record.expiresAt <= moment && remove(id)) removed++;
      }
      return removed;
    },

    async watch(listener) {
      // A function of its own, so that one listener can watch twice.
      const mine = (change: StoreChange) => listeners.has(mine) && listener(change);
      listeners.add(mine);
      return {
        // What was to be told stands before this in the queue of microtasks.
        caughtUp: () => Promise.resolve(),
        stop: async () => void listeners.delete(mine),
      };
    },
  };
}
