import { describe, expect, test } from "vitest";
import { boundedStore } from "../../../src/auth/login/bounded-store.ts";
import { fakeClock, storeContract, testRecord } from "../../../src/testing/index.ts";

const { now } = fakeClock();

describe("a bounded store keeps the contract", () => {
  test.each(storeContract)("$name", async ({ run }) => {
    await expect(run((clock) => boundedStore(clock, 1000))).resolves.toBeUndefined();
  });
});

describe("a bounded store", () => {
  const idsIn = async (store: ReturnType<typeof boundedStore>, ids: readonly string[]) => {
    const found = await Promise.all(ids.map((id) => store.find(id)));
    return found.flatMap((record) => (record === undefined ? [] : [record.id]));
  };
  const fill = async (store: ReturnType<typeof boundedStore>, ids: readonly string[]) => {
    for (const id of ids) await store.insert(testRecord({ createdAt: now(), id }));
  };

  test("forgets the oldest record for every one too many, and no other", async () => {
    const store = boundedStore(now, 3);
    await fill(store, ["a", "b", "c", "d", "e"]);
    expect(await idsIn(store, ["a", "b", "c", "d", "e"])).toEqual(["c", "d", "e"]);
  });

  test("counts no record that was removed", async () => {
    const store = boundedStore(now, 3);
    for (let n = 0; n < 10; n++) {
      await fill(store, ["passing"]);
      await store.delete("passing");
    }
    await fill(store, ["a", "b", "passing"]);
    expect(await idsIn(store, ["a", "b", "passing"])).toEqual(["a", "b", "passing"]);
    await store.delete("a");
    await fill(store, ["a", "c"]);
    expect(await idsIn(store, ["a", "b", "c", "passing"])).toEqual(["a", "c", "passing"]);
  });

  test("refuses an id that is taken, and forgets nothing for it", async () => {
    const store = boundedStore(now, 2);
    await fill(store, ["a", "b"]);
    await expect(fill(store, ["a"])).rejects.toThrow("kept already");
    expect(await idsIn(store, ["a", "b"])).toEqual(["a", "b"]);
  });
});
