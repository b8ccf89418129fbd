import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { RedisConnection } from "./client.ts";
import { NO_MARK } from "./record.ts";
import { addToIndex, readIndex, removeFromIndex } from "./scripts.ts";

/** Entries that are younger may belong to a write that is under way. */
const PENDING_MS = 60_000;
/** How far the clocks of two nodes may be apart before one removes what the other still accepts. */
const SKEW_MS = 3_600_000;

/** One entry of an index: a record, and which of its entries it is. */
export interface IndexEntry {
  readonly id: string;
  readonly mark: string;
}

/** What an entry is made of. */
export interface NewEntry {
  readonly userId: string;
  readonly id: string;
  readonly absoluteExpiresAt: number;
}

/**
 * Which records a user has: a sorted set for each user, that always holds every acknowledged record of the
 * user, and maybe more. A cluster has no transaction over a record and an index, so order keeps this true: an
 * entry is there before its record is written; it is removed when its record is gone for good, or when the
 * record does not name it long after it was added. Every entry has a mark of its own, so a late removal never
 * hits a later entry.
 */
export interface RedisIndex {
  /**
   * Adds an entry, and runs the write that puts its mark into the record.
   *
   * @param undo - Removes the record again, where the write took so long that the entry may be gone; `undefined` where
   *   the write came to nothing.
   * @throws when something was undone, or what `write` throws.
   */
  around<T>(
    entry: NewEntry,
    write: (mark: string) => Promise<T>,
    undo: (result: T) => Promise<unknown> | undefined,
  ): Promise<T>;
  entries(userId: string): Promise<IndexEntry[]>;
  /** Removes the entries of records that are gone, or that name another entry. */
  remove(userId: string, entries: readonly IndexEntry[]): Promise<void>;
  /** Removes entries that no record names, if no write can still be under way that does. */
  prune(userId: string, entries: readonly IndexEntry[]): Promise<void>;
}

/** Makes the index over a connection. @param prefix - Of the keys: `coatcheck:u:`. */
export function createIndex(
  connect: () => MaybePromise<RedisConnection>,
  prefix: string,
  now: () => number,
): RedisIndex {
  async function add({ userId, id, absoluteExpiresAt }: NewEntry): Promise<string> {
    const ttl = Math.ceil(absoluteExpiresAt - now()) + SKEW_MS;
    const args = [id, String(absoluteExpiresAt), String(ttl), String(now() - SKEW_MS)];
    const [mark = NO_MARK] = await addToIndex(await connect(), [prefix + userId], args);
    return mark;
  }

  async function remove(userId: string, entries: readonly IndexEntry[], age: number): Promise<void> {
    const args = entries.filter(({ mark }) => mark !== NO_MARK).map(({ id, mark }) => `${id} ${mark}`);
    if (args.length === 0) return;
    await removeFromIndex(await connect(), [prefix + userId], [String(age), ...args]);
  }

  return {
    async around(entry, write, undo) {
      const start = performance.now();
      const result = await write(await add(entry));
      if (performance.now() - start < PENDING_MS / 2) return result;
      const undone = undo(result);
      if (undone === undefined) return result;
      await undone;
      throw new Error("Redis took so long that the session could be missing from its user's index.");
    },

    async entries(userId) {
      const found = await readIndex(await connect(), [prefix + userId], []);
      return found.map((entry) => {
        const [id = "", mark = NO_MARK] = entry.split(" ");
        return { id, mark };
      });
    },

    remove: (userId, entries) => remove(userId, entries, 0),
    prune: (userId, entries) => remove(userId, entries, PENDING_MS),
  };
}
