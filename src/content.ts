import { isEmpty, toJson, type Data } from "./core/json.ts";
import type { MaybePromise } from "./core/maybe-promise.ts";

/** What a session holds, and what a write starts from and ends with: JSON of the data and of the flash values. */
export interface Content {
  readonly json: string;
  readonly flash: string | undefined;
}

/** JSON of no data at all. */
export const NO_DATA = "{}";

/** What an anonymous visitor's session holds. */
const NOTHING: Content = { json: NO_DATA, flash: undefined };

/** Whether there is nothing to keep. */
export function isNothing(content: Content): boolean {
  return content.json === NO_DATA && content.flash === undefined;
}

/** Whether a change makes nothing out of nothing. One that throws cannot start from there, and has not changed anything. */
export function leavesNothing(change: (base: Content) => MaybePromise<Content>): Promise<boolean> {
  return Promise.resolve(NOTHING)
    .then(change)
    .then(isNothing, () => false);
}

/** The flash values by key, and nothing that an object inherits: the key may be `constructor`. */
export function parseFlash(flash: string | undefined): Data {
  const values = flash === undefined ? {} : (JSON.parse(flash) as Data);
  return { __proto__: null, ...values };
}

/** The other way; `undefined` when no value is left. @throws SessionError `ERR_SESSION_UNSERIALIZABLE` */
export function writeFlash(values: Data): string | undefined {
  return isEmpty(values) ? undefined : toJson(values);
}
