import { SessionError } from "./errors.ts";
import { isPlainObject, type Data } from "./json.ts";
import { chain, type MaybePromise } from "./maybe-promise.ts";

/**
 * Applies an update to a copy of the data.
 *
 * An object is a patch: each of its keys replaces that key, `undefined` removes it. A function gets a
 * draft to change, sync or async; what it returns is a further patch if it is a plain object of its
 * own, and nothing otherwise. So `(d) => (d.userId = id)` stores the id, and `(d) => (d.cart = { … })` stores the
 * cart once, although both return what they assigned.
 *
 * @param current - JSON text of the data; never touched, so the same update can be replayed on fresher data.
 * @throws SessionError `ERR_SESSION_INVALID_UPDATE`
 */
export function applyUpdate(current: string, update: unknown): MaybePromise<Data> {
  if (typeof update === "function") {
    const draft = JSON.parse(current) as Data;
    return chain((update as (draft: Data) => unknown)(draft), (result) =>
      isPlainObject(result) && !isPartOf(result, draft) ? { ...draft, ...result } : draft,
    );
  }
  if (isPlainObject(update)) return { ...(JSON.parse(current) as Data), ...update };
  throw new SessionError(
    "ERR_SESSION_INVALID_UPDATE",
    "session.update takes a plain object of changes, or a function that changes a draft or returns such an object.",
  );
}

/** Whether a value is the draft or lies somewhere in it, at any depth; a draft may refer back to itself. */
function isPartOf(value: object, draft: object, seen: Set<object> = new Set()): boolean {
  if (value === draft) return true;
  if (seen.has(draft)) return false;
  seen.add(draft);
  return Object.values(draft).some(
    (child) => typeof child === "object" && child !== null && isPartOf(value, child as object, seen),
  );
}
