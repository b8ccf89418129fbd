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
    markIfDown(event, error);
    throw error;
  }
}

/** Makes the answer a 503 if this is the error of a store that does not answer. */
export function markIfDown(event: StartEvent, error: unknown): void {
  if (!isSessionError(error, "ERR_SESSION_STORE")) return;
  const { res } = event.nativeEvent;
  res.status = 503;
  for (const headers of [res.headers, res.errHeaders]) headers.set("Retry-After", RETRY_AFTER);
}
