import type { SessionRecord } from "../core/record.ts";

export type { SessionRecord } from "../core/record.ts";

/**
 * Where sessions live when they do not live in the cookie. A store sees ids (SHA-256 of name and token) and never
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
  /**
   * Whether one `deleteByUser` cannot miss a session that gets a new token meanwhile (a record that is inserted,
   * and then another of the user updated), as one that finds and removes in two steps might. Then `revokeUser`
   * asks once instead of until nothing is found. @default false
   */
  readonly deletesAtOnce?: boolean;
  /**
   * Removes at most `limit` records that have expired.
   *
   * @returns how many were removed: fewer than `limit` means that none is left. 0 where the server removes
   *   them by itself.
   */
  deleteExpired?(limit: number): Promise<number>;
  /**
   * Tells of every record that is changed or removed through any node, after the write is durable, and of
   * nothing else that happens to it. A change reaches the listener once at least.
   */
  watch?(listener: (change: StoreChange) => void): Promise<StoreWatch>;
}

/**
 * What {@link SessionStore.watch} tells.
 *
 * - `updated`: the record has this version now, or a later one.
 * - `deleted`: the record is gone.
 * - `missed`: the channel was interrupted; any record may have changed, or be gone, without a word.
 */
export type StoreChange =
  | { readonly type: "updated"; readonly id: string; readonly version: number }
  | { readonly type: "deleted"; readonly id: string }
  | { readonly type: "missed" };

/** The methods of a {@link SessionStore}. */
export type StoreMethod = Exclude<keyof SessionStore, "deletesAtOnce">;

/** A running {@link SessionStore.watch}. */
export interface StoreWatch {
  /**
   * Resolves once the listener has been told of every change that was acknowledged before this was called:
   * proof that the channel works. Rejects when it does not; a channel that hangs lets it hang.
   */
  caughtUp(): Promise<void>;
  /** Ends it: the listener is told nothing more. */
  stop(): Promise<void>;
}

/** A store over a database, as the built-in ones are. */
export interface DatabaseStore extends Required<SessionStore> {
  /**
   * Creates what the store needs in its database, or brings it up to date. Safe to repeat, and to run on
   * several nodes at once.
   */
  migrate(): Promise<void>;
  /** Looks at the running database: is everything there, and does it keep what it acknowledges? */
  check(): Promise<StoreFinding[]>;
  /** Ends watches, timers and the connections that the store has made; a client that was passed in stays open. */
  close(): Promise<void>;
}

/** One thing that {@link DatabaseStore.check} has looked at. */
export interface StoreFinding {
  readonly level: "ok" | "warning" | "error";
  /** What was found, in a sentence. */
  readonly message: string;
  /** What to do about it, in a sentence; `undefined` when nothing has to be done. */
  readonly fix?: string | undefined;
}
