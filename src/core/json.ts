import { SessionError } from "./errors.ts";

/** Data of a session: a plain object of JSON values. */
export type Data = Record<string, unknown>;

/** What an anonymous visitor's session holds. */
export const EMPTY: Readonly<Data> = Object.freeze({});

const MAX_DEPTH = 64;

/** Whether a value is an object literal: not an array, a Date, a Map or an instance of a class. */
export function isPlainObject(value: unknown): value is Data {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether nothing would be left of the data as JSON. */
export function isEmpty(data: Data): boolean {
  return Object.values(data).every((value) => value === undefined);
}

/**
 * Freezes parsed JSON through and through: a change past `update` would be lost, so it throws instead. Loops of two kinds, as
 * `Object.values` makes an array for every object: for 500 bytes that took as long as parsing them.
 */
export function deepFreeze<V extends object>(value: V): Readonly<V> {
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) freezeChild(value[i]);
  // Parsed JSON inherits nothing that this would find.
  else for (const key in value) freezeChild(value[key]);
  return Object.freeze(value);
}

function freezeChild(child: unknown): void {
  if (typeof child === "object" && child !== null) deepFreeze(child);
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
