import { SessionError } from "./errors.ts";
import { isPlainObject, type Data } from "./json.ts";

const MAX_DEPTH = 64;

/** Whether nothing would be left of the data as JSON. */
export function isEmpty(data: Data): boolean {
  return Object.values(data).every((value) => value === undefined);
}

/**
 * Writes data as JSON, and refuses whatever would come back as something else: `JSON.stringify` turns a
 * Map into `{}`, a Date into a string and NaN into null without a word. `undefined` properties are left
 * out, as everywhere in JavaScript.
 *
 * @throws SessionError `ERR_SESSION_UNSERIALIZABLE`, with the path but never the value.
 */
export function toJson(data: Data): string {
  check(data, "data", 0);
  return JSON.stringify(data);
}

function check(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      if (!Number.isFinite(value)) refuse(path, "is not a finite number");
      return;
    case "object":
      break;
    default:
      refuse(path, `is a ${typeof value}`);
  }
  if (value === null) return;
  if (depth >= MAX_DEPTH) refuse(path, `lies deeper than ${MAX_DEPTH} levels or refers back to itself`);
  if (Array.isArray(value)) {
    // Not forEach: it would skip the holes that have to be found.
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`, depth + 1);
    return;
  }
  if (!isPlainObject(value)) refuse(path, `is a ${value.constructor?.name ?? "special object"}`);
  for (const key of Object.keys(value)) {
    if (key === "__proto__") refuse(path, "has a key named __proto__");
    const child = value[key];
    if (child !== undefined) check(child, `${path}.${key}`, depth + 1);
  }
}

function refuse(path: string, problem: string): never {
  throw new SessionError(
    "ERR_SESSION_UNSERIALIZABLE",
    `${path} ${problem}, and would not survive JSON. Keep strings, finite numbers, booleans, null, arrays and plain objects; a Date as getTime(), a Map as Object.fromEntries().`,
  );
}
