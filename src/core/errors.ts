/**
 * Every code a {@link SessionError} can carry. Branch on the code, never on the message.
 *
 * - `ERR_SESSION_CONFIG`: an option cannot work, or one is missing: at start where that can be known, else
 *   where it is needed.
 * - `ERR_SESSION_PASSWORD`: the sealing password is missing or shorter than 32 characters.
 * - `ERR_SESSION_NO_REQUEST`: a session was asked for where no request is being answered.
 * - `ERR_SESSION_INVALID_UPDATE`: `update` was given neither an object nor a function, or `authenticate`
 *   leaves nobody logged in.
 * - `ERR_SESSION_UNSERIALIZABLE`: a value would not survive JSON; the message names its path.
 * - `ERR_SESSION_INVALID_DATA`: the schema refused the data that was about to be kept.
 * - `ERR_SESSION_COOKIE_TOO_LARGE`: the sealed session would not fit into one cookie.
 * - `ERR_SESSION_LATE_WRITE`: the head of the response has left, a cookie cannot be set any more.
 * - `ERR_SESSION_INSECURE`: a Secure cookie would be set on plain http, where browsers drop it.
 * - `ERR_SESSION_REVOKED`: the session ended (logout, revocation) before this write.
 * - `ERR_SESSION_CONFLICT`: too many concurrent writers; the update was retried and given up.
 * - `ERR_SESSION_STORE`: the store failed; `cause` is what it threw.
 * - `ERR_SESSION_UNSUPPORTED`: the operation needs a store, or a store that can do it.
 * - `ERR_SESSION_HASHER`: no argon2id implementation is installed, or a hash string is not one of ours.
 * - `ERR_SESSION_FORBIDDEN`: the user who is logged in may not do that; answer 403.
 * - `ERR_SESSION_BUSY`: too many passwords are being hashed; answer 503 and Retry-After.
 */
export type SessionErrorCode =
  | "ERR_SESSION_CONFIG"
  | "ERR_SESSION_PASSWORD"
  | "ERR_SESSION_NO_REQUEST"
  | "ERR_SESSION_INVALID_UPDATE"
  | "ERR_SESSION_UNSERIALIZABLE"
  | "ERR_SESSION_INVALID_DATA"
  | "ERR_SESSION_COOKIE_TOO_LARGE"
  | "ERR_SESSION_LATE_WRITE"
  | "ERR_SESSION_INSECURE"
  | "ERR_SESSION_REVOKED"
  | "ERR_SESSION_CONFLICT"
  | "ERR_SESSION_STORE"
  | "ERR_SESSION_UNSUPPORTED"
  | "ERR_SESSION_HASHER"
  | "ERR_SESSION_FORBIDDEN"
  | "ERR_SESSION_BUSY";

const BRAND: unique symbol = Symbol.for("coatcheck.SessionError") as never;

/**
 * The one error class of Coatcheck. Its message names the cause and the fix, and never a token, a
 * password or a value of the session.
 */
export class SessionError extends Error {
  override readonly name = "SessionError";
  /** Stable, machine-readable reason. */
  readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // Not enumerable: a framework that serialises errors must have nothing more to send.
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/**
 * Tells whether a caught value is a {@link SessionError}, also one of another realm or of a second
 * copy of this package.
 *
 * @param error - Anything that was caught.
 * @param code - Only this code counts, when given.
 * @returns `true` for a session error (with that code).
 */
export function isSessionError(error: unknown, code?: SessionErrorCode): error is SessionError {
  if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
  return code === undefined || ("code" in error && error.code === code);
}
