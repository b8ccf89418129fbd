import { assert, jsonValue, property, dictionary, string } from "fast-check";
import { expect, test } from "vitest";
import { DataTemplate, parseFrozen } from "../../src/core/frozen-data.ts";

/** Every object and array in a value, itself first. */
function partsOf(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(partsOf)];
}

test("a copy is what parsing gives, frozen, and shares nothing with another", () => {
  assert(
    property(dictionary(string(), jsonValue()), (data) => {
      const json = JSON.stringify(data);
      const template = new DataTemplate(json);
      const [one, other] = [template.copy(), template.copy()];
      expect(JSON.stringify(one)).toBe(JSON.stringify(JSON.parse(json)));
      expect(one).toEqual(parseFrozen(json));
      const [parts, others] = [partsOf(one), new Set(partsOf(other))];
      expect(parts.every(Object.isFrozen)).toBe(true);
      expect(parts.some((part) => others.has(part))).toBe(false);
    }),
  );
});

test.each([
  '{"__proto__":{"admin":true}}',
  '{"a":{"__proto__":[1]},"__proto__":null}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"2":1,"1":{"b":[[],{}]},"a":""}',
])("a copy of %s has its keys and nothing more", (json) => {
  const copy = new DataTemplate(json).copy();
  expect(JSON.stringify(copy)).toBe(JSON.stringify(JSON.parse(json)));
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(copy["admin"]).toBeUndefined();
  expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
});

test.each([true, false])("what inherits is left alone, copied: %s", (copied) => {
  const polluted = { list: [1] };
  const prototype = Object.prototype as Record<string, unknown>;
  try {
    prototype["polluted"] = polluted;
    const data = copied ? new DataTemplate('{"a":{}}').copy() : parseFrozen('{"a":{}}');
    expect(Object.keys(data)).toEqual(["a"]);
    expect(Object.keys(data["a"] as object)).toEqual([]);
    expect(Object.isFrozen(polluted)).toBe(false);
  } finally {
    delete prototype["polluted"];
  }
});

test("parsed data is frozen down to its last array, and throws when it is changed", () => {
  const data = parseFrozen('{"a":[{"b":{"c":1}}],"d":null}') as { a: { b: { c: number } }[] };
  expect(partsOf(data).every(Object.isFrozen)).toBe(true);
  expect(partsOf(data)).toHaveLength(4);
  expect(() => (data.a[0]!.b.c = 2)).toThrow(TypeError);
  expect(() => data.a.push({ b: { c: 2 } })).toThrow(TypeError);
  expect(() => ((data as Record<string, unknown>)["e"] = 2)).toThrow(TypeError);
  expect(data).toEqual({ a: [{ b: { c: 1 } }], d: null });
});
