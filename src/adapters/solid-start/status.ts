import { RETRY_AFTER } from "../../auth/refusal.ts";
import { isSessionError, SessionError } from "../../core/errors.ts";
import type { StartEvent } from "./exchange.ts";

/**
 * The same without cause and stack, both of which SolidStart writes into its answer where `renderOptions`
 * does not stop it.
 */
export function withoutTraces({ code, message }: SessionError): SessionError {
  const error = new SessionError(code, message);
  error.stack = `${error.name}: ${message}`;
  return error;
}

/** Gives the answer the status of an error that is no fault of the application's: 503 or 403. */
export function markFailure(event: StartEvent, error: unknown): void {
  if (isSessionError(error, "ERR_SESSION_FORBIDDEN")) return markStatus(event, 403);
  if (isUnavailable(error)) markStatus(event, 503, RETRY_AFTER);
}

/**
 * Whether an error says that the same may succeed in a moment: the store is down, or too many passwords are
 * being hashed.
 */
export function isUnavailable(error: unknown): error is SessionError {
  return isSessionError(error, "ERR_SESSION_STORE") || isSessionError(error, "ERR_SESSION_BUSY");
}

/** Sets the status of the answer that this request gets, and after how many seconds it makes sense to try again. */
export function markStatus(event: StartEvent, status: number, retryAfter?: number | string): void {
  const { res } = event.nativeEvent;
  res.status = status;
  if (retryAfter === undefined) return;
  for (const headers of [res.headers, res.errHeaders]) headers.set("Retry-After", String(retryAfter));
}
