import { hideServerErrors } from "coatcheck/solid-start";
import { isUnavailable, unavailable } from "./lib/unavailable.ts";

/** What a server function throws reaches the browser without its message, but for this one fact. */
export default function onError(thrown: unknown): Error | undefined {
  const hidden = hideServerErrors(thrown);
  return isUnavailable(thrown) ? unavailable() : hidden;
}
