import type { SessionRecord } from "../core/record.ts";

export type { SessionRecord } from "../core/record.ts";

/**
 * Where sessions live when they do not live in the cookie. A store sees ids (SHA-256 of a token) and never
 * a token; it knows nothing of cookies, users or passwords. Every method rejects with the client's own error when the
 * store cannot answer, and never answers a guess. `storeContract` in `coatcheck/testing` is this text as tests.
 */
export interface SessionStore {
  /** @returns the record, or `undefined` when there is none or its `expiresAt` has passed. */
  find(id: string): Promise<SessionRecord | undefined>;
  /** Keeps a new record. @throws when the id is taken: ids are random, so that is a fault. */
  insert(record: SessionRecord): Promise<void>;
  /**
   * Replaces the record of the same id if, in one atomic step, it is there, has not expired and still has
   * the expected version. Never creates a record: a logout must not be undone by a late write.
   *
   * @returns `false` when the record is gone or was changed.
   */
  update(record: SessionRecord, expectedVersion: number): Promise<boolean>;
  /** Removes a record. Removing what is not there is not an error. */
  delete(id: string): Promise<void>;

  /** @returns the living records of a user, latest seen first; an empty list when there are none. */
  findByUser?(userId: string): Promise<SessionRecord[]>;
  /** Removes a user's records, but for the one to keep. @returns how many were removed. */
  deleteByUser?(userId: string, exceptId?: string): Promise<number>;
  /** Removes at most `limit` records that have expired. @returns how many were removed: fewer than `limit` means that none is left. */
  deleteExpired?(limit: number): Promise<number>;
  /**
   * Calls back whenever a record is changed or removed through any node, after the write is durable.
   *
   * @returns what stops it.
   */
  watch?(listener: (change: StoreChange) => void): Promise<() => Promise<void>>;
}

/** What {@link SessionStore.watch} tells: whose record is not what it was. */
export type StoreChange = { readonly type: "updated" | "deleted"; readonly id: string };
