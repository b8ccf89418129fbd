import { isSessionError } from "coatcheck";
import { isServer } from "solid-js/web";

const message = "The session store is down.";

/** What the browser is told in place of the store's own error. */
export function unavailable(): Error {
  return new Error(message);
}

/** Whether something failed because nobody could say who is logged in. */
export function isUnavailable(error: unknown): boolean {
  if (isServer) return isSessionError(error, "ERR_SESSION_STORE");
  return error instanceof Error && error.message === message;
}
