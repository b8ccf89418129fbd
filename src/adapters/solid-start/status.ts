import { RETRY_AFTER } from "../../auth/guard.ts";
import { isSessionError } from "../../core/errors.ts";
import type { StartEvent } from "./exchange.ts";

/**
 * Does what asks the store. If that does not answer, the error goes on to whoever shows it, and the answer says 503: a page
 * or a server function cannot tell whether it is for this visitor, which is no fault of the application's (500).
 */
export async function unlessDown<R>(event: StartEvent, ask: () => R | Promise<R>): Promise<R> {
  try {
    return await ask();
  } catch (error) {
    markFailure(event, error);
    throw error;
  }
}

/** Gives the answer the status of an error that is no fault of the application's: 503 or 403. */
export function markFailure(event: StartEvent, error: unknown): void {
  if (isSessionError(error, "ERR_SESSION_FORBIDDEN")) return markStatus(event, 403);
  const busy = isSessionError(error, "ERR_SESSION_STORE") || isSessionError(error, "ERR_SESSION_BUSY");
  if (busy) markStatus(event, 503, RETRY_AFTER);
}

/** Sets the status of the answer that this request gets, and after how many seconds it makes sense to try again. */
export function markStatus(event: StartEvent, status: number, retryAfter?: number | string): void {
  const { res } = event.nativeEvent;
  res.status = status;
  if (retryAfter === undefined) return;
  for (const headers of [res.headers, res.errHeaders]) headers.set("Retry-After", String(retryAfter));
}
