import type { MaybePromise } from "../candidate.ts";

/** A way to read stored sessions, measured at several numbers of reads at once. */
export interface Reader {
  readonly name: string;
  /** Connects, and makes the cookies or ids of some rows. */
  readonly prepare: () => Promise<OpenReader>;
}

export interface OpenReader {
  /** The rows that `read` goes through. */
  readonly rows: readonly number[];
  /** Reads the session of the nth of `rows`. @returns the user's id. */
  readonly read: (n: number) => MaybePromise<unknown>;
  readonly end: () => Promise<unknown>;
}

/** A way to write to stored sessions durably. */
export interface Writer {
  readonly name: string;
  /** Connects, and reads what it is going to change. @param rows - Its own: nobody else writes to them. */
  readonly prepare: (rows: readonly number[]) => Promise<OpenWriter>;
}

export interface OpenWriter {
  /** Swaps in the next version of the nth of its rows, and never one row twice at a time. @returns whether it is kept. */
  readonly write: (n: number) => MaybePromise<boolean>;
  readonly end: () => Promise<unknown>;
}

/** The user's id in JSON text, which is parsed as a whole. */
export function userIn(json: string): unknown {
  return (JSON.parse(json) as { userId?: unknown }).userId;
}
