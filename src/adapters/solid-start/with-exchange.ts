import { isPromise, type MaybePromise } from "../../core/maybe-promise.ts";
import type { Exchange } from "../../exchange.ts";
import { admittedExchange, currentEvent, type StartEvent } from "./exchange.ts";
import { isUnavailable, markFailure, withoutTraces } from "./status.ts";

/**
 * Does something with the exchange of the request that is being answered. If the store does not answer, an
 * error goes on to whoever shows it, and the answer says 503: a page or a server function cannot tell whether
 * it is for this visitor, which is no fault of the application's (500). What the store said is in the log
 * alone.
 *
 * No async function: what is here already is answered with a single turn of the microtasks. Each costs a
 * rendered page 1.6 µs.
 *
 * @returns what `work` did, or rejects as it failed; or with `ERR_SESSION_NO_REQUEST`.
 */
export function withExchange<R>(work: (exchange: Exchange) => MaybePromise<R>): Promise<R> {
  let event: StartEvent | undefined;
  try {
    event = currentEvent();
    const result = work(admittedExchange(event));
    if (!isPromise(result)) return Promise.resolve(result);
    return result.catch((error: unknown) => {
      throw failureOf(error, event);
    });
  } catch (error) {
    return Promise.reject(failureOf(error, event));
  }
}

function failureOf(error: unknown, event: StartEvent | undefined): unknown {
  if (event === undefined || !isUnavailable(error)) return error;
  console.error(error);
  markFailure(event, error);
  return withoutTraces(error);
}
