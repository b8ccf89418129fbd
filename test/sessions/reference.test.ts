import { assert, asyncProperty } from "fast-check";
import { describe, expect, test } from "vitest";
import { kinds } from "./harness.ts";
import { stories, Walk } from "./reference.model.ts";

const RUNS = 400;
const SEED = 20_260_101;

describe.each(kinds)("whatever a visitor does, one request after another, a $kind session", (kind) => {
  test("is what a plain object with two clocks would be", async () => {
    const property = asyncProperty(stories, async (story) => {
      const walk = new Walk(kind);
      for (const { wait, steps: all } of story) await walk.request(wait, all);
    });
    await expect(assert(property, { numRuns: RUNS, seed: SEED })).resolves.toBeUndefined();
  }, 60_000);
});
