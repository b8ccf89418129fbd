import type { MaybePromise } from "./core/maybe-promise.ts";

/** What a session holds, and what a write starts from and ends with, as JSON. */
export interface Content {
  readonly json: string;
  readonly flash: string | undefined;
  /** See `authentication.ts`. */
  readonly authentication: string | undefined;
}

/** JSON of no data at all. */
export const NO_DATA = "{}";

/** What an anonymous visitor's session holds. */
const NOTHING: Content = { json: NO_DATA, flash: undefined, authentication: undefined };

/** Whether there is nothing to keep. */
export function isNothing(content: Content): boolean {
  return content.json === NO_DATA && content.flash === undefined && content.authentication === undefined;
}

/** Whether a change makes nothing out of nothing. One that throws cannot start from there, and has not changed anything. */
export function leavesNothing(change: (base: Content) => MaybePromise<Content>): Promise<boolean> {
  return Promise.resolve(NOTHING)
    .then(change)
    .then(isNothing, () => false);
}
