import type { DataTemplate } from "./core/frozen-data.ts";
import type { MaybePromise } from "./core/maybe-promise.ts";
import type { SessionRecord } from "./core/record.ts";
import type { RejectionReason } from "./events.ts";

/** A record that has no place yet: the keeper gives it an id and a token. */
export type RecordDraft = Omit<SessionRecord, "id" | "version">;

/** What a cookie's value led to. */
export type Opened =
  | {
      readonly record: SessionRecord;
      /** What the record's data is copied from, where many requests ask for it. */
      readonly template?: DataTemplate | undefined;
    }
  | {
      readonly rejected: RejectionReason;
      /** The session that went on under another token while this one was on its way: a logout means that too. */
      readonly spent?: SessionRecord | undefined;
    };

/** What is kept now, and the token that the visitor must be given when it is another than before. */
export interface Written {
  readonly record: SessionRecord;
  readonly token: string | undefined;
}

/**
 * Keeps sessions between two requests: `sealed.ts` in the cookie itself, `stored/keeper.ts` in a store. The handle
 * (`session-handle.ts`) decides what has to happen; a keeper only knows how.
 */
export interface Keeper {
  /** What two sessions of one name must share to be the same session: the keyring or the store. */
  readonly identity: object;
  /** `true` when `open` and `note` answer without a promise. */
  readonly synchronous: boolean;
  /** `true` when every write changes the token, and so needs a response that can still set a cookie. */
  readonly inCookie: boolean;

  /** Finds the record that a token stands for. Its time may be over: the caller asks `lifeEnd`. */
  open(token: string, now: number): MaybePromise<Opened>;
  /** Keeps a new record under a new token. */
  create(draft: RecordDraft): MaybePromise<Written>;
  /** Writes over a record. @returns `undefined` when it is gone or was changed meanwhile. */
  update(previous: SessionRecord, next: RecordDraft): MaybePromise<Written | undefined>;
  /**
   * As `update`, for a mere note that the visitor is here; also `undefined` where that cannot be kept: without a
   * store to write to, or in a cookie that is full.
   */
  note(previous: SessionRecord, next: RecordDraft): MaybePromise<Written | undefined>;
  /** Moves a record to a new token; the old one ends. @returns `undefined` when it is gone or was changed meanwhile. */
  rotate(previous: SessionRecord, next: RecordDraft): MaybePromise<Written | undefined>;
  /** The record as it is kept at this moment; `undefined` when it is gone. */
  refresh(record: SessionRecord): MaybePromise<SessionRecord | undefined>;
  /** Ends a record that holds nothing any more. @returns `false` when it is gone or was changed meanwhile. */
  retire(record: SessionRecord): MaybePromise<boolean>;
  /** Ends a record for good, whatever others do to it. */
  end(record: SessionRecord): MaybePromise<void>;
  /** Waits until it is this caller's turn to write this record, and answers what ends the turn. */
  takeTurn(id: string): MaybePromise<() => void>;
}
