import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isEqual } from "../../src/auth/is-equal.ts";

test("two hashes are equal when they have the same octets and no more", () => {
  const octets = fc.uint8Array({ maxLength: 4, max: 2 });
  fc.assert(
    fc.property(octets, octets, (a, b) => {
      expect(isEqual(a, b)).toBe(Buffer.compare(a, b) === 0);
    }),
    { numRuns: 1000 },
  );
  expect([
    isEqual(Uint8Array.of(1), Uint8Array.of(1, 0)),
    isEqual(Uint8Array.of(), Uint8Array.of(0)),
  ]).toEqual([false, false]);
});
