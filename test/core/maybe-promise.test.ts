import { expect, test } from "vitest";
import { chain, isPromise } from "../../src/core/maybe-promise.ts";

test("goes on at once with a value that is here, and later with one that is not", async () => {
  expect(chain(1, (value) => value + 1)).toBe(2);
  expect(chain(undefined, () => "next")).toBe("next");
  const later = chain(Promise.resolve(1), (value) => value + 1);
  expect(isPromise(later)).toBe(true);
  expect(await later).toBe(2);
  expect(await chain(1, async (value) => value + 1)).toBe(2);
});

test("passes on what is thrown, at once or as a rejection", async () => {
  const fail = () => {
    throw new RangeError("no");
  };
  expect(() => chain(1, fail)).toThrow(RangeError);
  await expect(chain(Promise.resolve(1), fail)).rejects.toThrow(RangeError);
  await expect(chain(Promise.reject(new TypeError("no")), () => 1)).rejects.toThrow(TypeError);
});
