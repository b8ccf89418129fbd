import { NO_DATA, type Content } from "../content.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";

/** What an anonymous visitor's session holds. */
const NOTHING: Content = { json: NO_DATA, flash: undefined, authentication: undefined };

/** Whether there is nothing to keep. */
export function isNothing(content: Content): boolean {
  return content.json === NO_DATA && content.flash === undefined && content.authentication === undefined;
}

/**
 * Whether a change makes nothing out of nothing. One that throws cannot start from there, and has not changed
 * anything.
 */
export function leavesNothing(change: (base: Content) => MaybePromise<Content>): Promise<boolean> {
  return Promise.resolve(NOTHING)
    .then(change)
    .then(isNothing, () => false);
}
