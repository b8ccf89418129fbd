import { describe, expect, test } from "vitest";
import { memoryStore } from "../../src/stores/memory.ts";
import { storeContract } from "../../src/testing/index.ts";
import { mutants, type Mutant } from "./mutants.ts";

/** The lines of the contract that a store breaks; all at once, as some wait for what never comes. */
async function broken({ make }: Mutant): Promise<string[]> {
  const outcomes = await Promise.all(
    storeContract.map(({ name, run }) =>
      run((now) => {
        const good = memoryStore({ now });
        return { ...good, ...make(good, now) };
      }).then(
        () => undefined,
        () => name,
      ),
    ),
  );
  return outcomes.filter((name) => name !== undefined);
}

describe("the store contract notices a store in which", { timeout: 30_000 }, () => {
  test.concurrent.each(mutants)("$fault", async (mutant) => {
    expect(await broken(mutant)).not.toEqual([]);
  });

  test("nothing is wrong, by not complaining", async () => {
    expect(await broken({ fault: "none", make: () => ({}) })).toEqual([]);
  });
});

test("the contract holds a store with the four methods alone to those", async () => {
  for (const { run } of storeContract)
    await run((now) => {
      const { find, insert, update, delete: remove } = memoryStore({ now });
      return { find, insert, update, delete: remove };
    });
  expect(storeContract.length).toBeGreaterThan(10);
});

test("the contract can be run on a store that is made with a promise", async () => {
  await expect(storeContract[0]!.run(async (now) => memoryStore({ now }))).resolves.toBeUndefined();
});
