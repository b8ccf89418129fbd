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
 *
 * @param copied - Whether the value is to stay as it is, and a copy of all of it be frozen.
 */
export function deepFreeze<V extends object>(value: V, copied = false): Readonly<V> {
  // Spread keeps a key "__proto__" the own property that parsing makes of it, and an assignment finds it there.
  const own: object = !copied ? value : Array.isArray(value) ? value.slice() : { ...value };
  if (Array.isArray(own)) for (let i = 0; i < own.length; i++) freezeChild(own, i, copied);
  // Parsed JSON inherits nothing that this would find.
  else for (const key in own) freezeChild(own, key, copied);
  return Object.freeze(own) as V;
}

function freezeChild(of: object, key: PropertyKey, copied: boolean): void {
  const own = of as Record<PropertyKey, unknown>;
  const child = own[key];
  if (typeof child === "object" && child !== null) own[key] = deepFreeze(child, copied);
}
