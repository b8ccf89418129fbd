import type { AuthenticateOptions, PendingLogin } from "./authentication.ts";
import type { Data } from "./core/json.ts";

/**
 * - `fresh`: nothing is kept; the visitor is anonymous.
 * - `loaded`: a kept session, as it was found.
 * - `modified`: written in this request.
 * - `destroyed`: ended in this request.
 */
export type SessionState = "fresh" | "loaded" | "modified" | "destroyed";

/** Changes to a session: a patch, or a function over a draft, which may return a patch. */
// oxlint-disable-next-line typescript/no-explicit-any -- the draft's type is the caller's to narrow, as with h3
export type SessionUpdate<T> = Partial<T> | ((draft: any) => unknown);

/** Values for the next read only: a notice after a redirect. */
export interface Flash {
  /**
   * Keeps a value until somebody takes it. Starts a session if there is none.
   *
   * @throws SessionError as {@link Session.update}
   */
  set(key: string, value: unknown): Promise<void>;
  /**
   * Answers a value and forgets it. Of two parallel requests with one stored session, one gets it.
   *
   * @returns `undefined` when it is not there; then nothing is written.
   * @throws SessionError as {@link Session.update}
   */
  take(key: string): Promise<unknown>;
}

/**
 * The session of one request. All parts of a request that ask for the same name share one handle.
 *
 * @typeParam T - The application's data.
 */
export interface Session<T extends object = Data> {
  /** Public id, safe to show and log; `undefined` while nothing is kept. Another after every change of user. */
  readonly id: string | undefined;
  /** The data, frozen: change it through {@link Session.update}. Empty for an anonymous visitor. */
  readonly data: Readonly<Partial<T>>;
  /** What became of it so far. */
  readonly state: SessionState;
  /** Milliseconds since the epoch; `undefined` while nothing is kept. */
  readonly createdAt: number | undefined;
  /** When the visitor was last noted, to the accuracy of `touchInterval`; `undefined` while nothing is kept. */
  readonly lastSeenAt: number | undefined;
  /** When the session ends if nothing happens; `undefined` while nothing is kept. */
  readonly expiresAt: number | undefined;
  /** When this user logged in; `undefined` when nobody is. */
  readonly authenticatedAt: number | undefined;
  /**
   * What this user proved who they are with, such as `["password"]`; empty when nobody did through
   * {@link Session.authenticate}.
   */
  readonly methods: readonly string[];
  /** The login that was begun here and lacks a step; `undefined` when there is none. */
  readonly pendingLogin: PendingLogin | undefined;
  /**
   * Changes the data and keeps it: when the promise resolves it is kept, and the cookie is in the response.
   * When `userId(data)` changes the token is replaced. When no data is left the session ends.
   *
   * @param update - An object: each of its keys replaces that key, `undefined` removes it. Or a function,
   *   sync or async, that changes a draft; a plain object that it returns is a patch, anything else is
   *   ignored. It may run again on fresher data, so it should do nothing else.
   * @returns this handle.
   * @throws SessionError `ERR_SESSION_INVALID_UPDATE`, `ERR_SESSION_UNSERIALIZABLE`,
   *   `ERR_SESSION_INVALID_DATA`, `ERR_SESSION_COOKIE_TOO_LARGE`, `ERR_SESSION_LATE_WRITE`,
   *   `ERR_SESSION_INSECURE`, `ERR_SESSION_REVOKED`, `ERR_SESSION_CONFLICT`, `ERR_SESSION_STORE`
   */
  update(update: SessionUpdate<T>): Promise<Session<T>>;
  /**
   * Logs a user in, or in again: as {@link Session.update}, and in any case with a new token, a new life and a new
   * `authenticatedAt`. A login that was pending is over.
   *
   * @param update - Sets the user, as `{ userId }` does by default.
   * @returns this handle.
   * @throws SessionError as {@link Session.update}; `ERR_SESSION_INVALID_UPDATE` when nobody is logged in afterwards;
   *   `ERR_SESSION_CONFIG` for `remember` where `createSessions` has no such lifetime.
   */
  authenticate(update: SessionUpdate<T>, how: AuthenticateOptions): Promise<Session<T>>;
  /**
   * Keeps in an anonymous visitor's session that a login lacks a step; `undefined` forgets it. The user is
   * not logged in: `userId(data)` stays what it is.
   *
   * @throws SessionError as {@link Session.update}
   */
  suspendLogin(pending: Omit<PendingLogin, "since"> | undefined): Promise<void>;
  /**
   * Ends the session: record, token and cookie. What is written afterwards starts from nothing.
   *
   * @throws SessionError `ERR_SESSION_LATE_WRITE` and `ERR_SESSION_INSECURE` (sealed sessions), `ERR_SESSION_STORE`
   */
  clear(): Promise<void>;
  /**
   * Replaces the token and the id and keeps the data: for a change of privileges. Does nothing on a fresh session.
   *
   * @throws SessionError as {@link Session.update}
   */
  rotate(): Promise<void>;
  readonly flash: Flash;
}
