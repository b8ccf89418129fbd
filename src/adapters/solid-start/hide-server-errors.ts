import { getRequestEvent } from "solid-js/web";
import type { StartEvent } from "./exchange.ts";
import { markFailure } from "./status.ts";

/** What a visitor is told of any error. */
export const HIDDEN_MESSAGE = "Something went wrong.";

/**
 * The default export of the module that `solidStart({ serverFunctions: { onError } })` names: what a server function
 * throws is logged on the server, and the visitor is told that something went wrong, instead of the error's message
 * and properties. A thrown `Response`, such as a redirect, passes. An error that is meant for the visitor is returned
 * instead of thrown. The answer to a write that the session store did not take has the status 503.
 */
export function hideServerErrors(thrown: unknown): Error | undefined {
  if (thrown instanceof Response) return undefined;
  console.error(thrown);
  const event = getRequestEvent() as StartEvent | undefined;
  if (event?.nativeEvent !== undefined) markFailure(event, thrown);
  return new Error(HIDDEN_MESSAGE);
}
