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
