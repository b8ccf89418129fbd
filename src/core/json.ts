/** Data of a session: a plain object of JSON values. */
export type Data = Record<string, unknown>;

/** What an anonymous visitor's session holds. */
export const EMPTY: Readonly<Data> = Object.freeze({});

/** Whether a value is an object literal: not an array, a Date, a Map or an instance of a class. */
export function isPlainObject(value: unknown): value is Data {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
