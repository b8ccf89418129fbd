import { assert, jsonValue, property, dictionary, string } from "fast-check";
import { expect, test } from "vitest";
import { CopiedData } from "../../src/core/copied-data.ts";
import { deepFreeze } from "../../src/core/json.ts";

/** Every object and array in a value, itself first. */
function partsOf(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(partsOf)];
}

test("a copy is what parsing gives, frozen, and shares nothing with another", () => {
  assert(
    property(dictionary(string(), jsonValue()), (data) => {
      const json = JSON.stringify(data);
      const copied = new CopiedData(json);
      const [one, other] = [copied.copy(), copied.copy()];
      expect(JSON.stringify(one)).toBe(JSON.stringify(JSON.parse(json)));
      expect(one).toEqual(deepFreeze(JSON.parse(json) as object));
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
  const copy = new CopiedData(json).copy();
  expect(JSON.stringify(copy)).toBe(JSON.stringify(JSON.parse(json)));
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(copy["admin"]).toBeUndefined();
  expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
});
