import { describe, expect, test, vi } from "vitest";
import { createBatcher, type BatchOptions } from "../../src/stores/batch.ts";

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A batcher over words whose batches are finished by hand. */
function setUp(options: Partial<BatchOptions<string, string>> = {}) {
  const batches: { items: readonly string[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const ask = createBatcher<string, string>({
    run: (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, finish: () => resolve(items.map((item) => item.toUpperCase())), fail: reject });
      }),
    keyOf: (item) => item[0]!,
    maxItems: 3,
    maxRunning: 2,
    ...options,
  });
  return { ask, batches, items: () => batches.map((batch) => batch.items.join(" ")) };
}

describe("a batch", () => {
  test("is what was asked for in one tick, answered one by one", async () => {
    const { ask, batches, items } = setUp();
    const asked = ["a1", "b1"].map(ask);
    await nextTick();
    expect(items()).toEqual(["a1 b1"]);
    batches[0]!.finish();
    expect(await Promise.all(asked)).toEqual(["A1", "B1"]);
  });

  test("starts in the tick of a lone item", async () => {
    const { ask, items } = setUp();
    void ask("a1");
    await nextTick();
    expect(items()).toEqual(["a1"]);
  });

  test("has so many items and no more, and so many are under way and no more", async () => {
    const { ask, batches, items } = setUp();
    const asked = ["a1", "b1", "c1", "d1", "e1", "f1", "g1"].map(ask);
    await nextTick();
    expect(items()).toEqual(["a1 b1 c1", "d1 e1 f1"]);
    batches[1]!.finish();
    await vi.waitFor(() => expect(items()).toHaveLength(3));
    expect(items()[2]).toBe("g1");
    for (const batch of batches) batch.finish();
    expect(await Promise.all(asked)).toHaveLength(7);
  });

  test("is a part of what waits, where that is enough for several that are worth while", async () => {
    const started = async (count: number): Promise<number[]> => {
      const { ask, batches } = setUp({
        maxItems: 100,
        maxRunning: 3,
        worthSplitting: 4,
        keyOf: (item) => item,
      });
      const asked = Array.from({ length: count }, (_, n) => ask(`${n}`));
      await nextTick();
      const sizes = batches.map(({ items }) => items.length);
      for (let n = 0; n < batches.length; n++, await nextTick()) batches[n]!.finish();
      expect(await Promise.all(asked)).toHaveLength(count);
      return sizes;
    };
    expect(await started(7)).toEqual([7]);
    expect(await started(8)).toEqual([4, 4]);
    expect(await started(11)).toEqual([6, 5]);
    expect(await started(12)).toEqual([4, 4, 4]);
    expect(await started(14)).toEqual([5, 5, 4]);
    expect(await started(400)).toEqual([100, 100, 100]);
  });

  test("never has two items of one key, nor one whose key is under way, and keeps their order", async () => {
    const { ask, batches, items } = setUp();
    const asked = ["a1", "a2", "b1"].map(ask);
    await nextTick();
    expect(items()).toEqual(["a1 b1"]);
    asked.push(ask("a3"));
    await nextTick();
    expect(items()).toEqual(["a1 b1"]);
    batches[0]!.finish();
    await vi.waitFor(() => expect(items()).toHaveLength(2));
    batches[1]!.finish();
    await vi.waitFor(() => expect(items()).toEqual(["a1 b1", "a2", "a3"]));
    batches[2]!.finish();
    expect(await Promise.all(asked)).toEqual(["A1", "A2", "B1", "A3"]);
  });

  test("that fails fails its items and nobody else's", async () => {
    const { ask, batches } = setUp({ maxItems: 2 });
    const asked = Promise.allSettled(["a1", "b1", "c1"].map(ask));
    await nextTick();
    batches[0]!.fail(new Error("down"));
    batches[1]!.finish();
    expect((await asked).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });

  test("that fails with all that waits, where that is wished, is the end of nobody who asks later", async () => {
    const { ask, batches, items } = setUp({ maxRunning: 1, failsTogether: true, share: true });
    const asked = ["a1", "b1", "c1", "d1", "e1"].map(ask);
    const outcomes = Promise.allSettled(asked);
    await nextTick();
    batches[0]!.fail(new Error("connection lost"));
    expect((await outcomes).map(({ status }) => status)).toEqual(asked.map(() => "rejected"));
    const later = ask("d1");
    await nextTick();
    expect(items()).toEqual(["a1 b1 c1", "d1"]);
    batches[1]!.finish();
    expect(await later).toBe("D1");
  });

  test("gives each item what it reads in its answer, and its error to nobody else", async () => {
    const { ask } = setUp({
      run: async (items) => items,
      read(answer, item) {
        if (answer === "b1") throw new Error(`no ${item}`);
        return answer.toUpperCase();
      },
    });
    const [a, b, c] = await Promise.allSettled(["a1", "b1", "c1"].map(ask));
    expect([a, c]).toMatchObject([{ value: "A1" }, { value: "C1" }]);
    expect(b).toMatchObject({ reason: { message: "no b1" } });
  });

  test("has so many that wait for it and no more", async () => {
    const { ask, batches } = setUp({ maxRunning: 1, maxWaiting: 4 });
    const asked = ["a1", "b1", "c1", "d1"].map(ask);
    await expect(ask("e1")).rejects.toThrow("Too much waits for the store.");
    await nextTick();
    const next = ask("f1");
    batches[0]!.finish();
    await nextTick();
    await nextTick();
    batches[1]!.finish();
    expect(await Promise.all([...asked, next])).toEqual(["A1", "B1", "C1", "D1", "F1"]);
  });

  test("that one item made fail is run again one by one", async () => {
    const run = vi.fn<(items: readonly string[]) => Promise<readonly string[]>>(async (items) => {
      if (items.includes("bad")) throw new TypeError("bad");
      return items;
    });
    const { ask } = setUp({ run, isItemFault: (error) => error instanceof TypeError });
    const outcomes = await Promise.allSettled(["a1", "bad", "c1"].map(ask));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await ask("b2")).toBe("b2");
  });
});

test("a batch that is run one by one ends with an error that is no item's own", async () => {
  const runs: string[] = [];
  const run = async (items: readonly string[]) => {
    runs.push(items.join(" "));
    if (items.includes("bad1")) throw new TypeError("bad");
    if (items.includes("c1")) throw new Error("down");
    return items;
  };
  const { ask } = setUp({ run, maxItems: 5, isItemFault: (error) => error instanceof TypeError });
  const outcomes = await Promise.allSettled(["a1", "bad1", "c1", "d1", "e1"].map(ask));
  expect(runs).toEqual(["a1 bad1 c1 d1 e1", "a1", "bad1", "c1"]);
  const down = { reason: { message: "down" } };
  expect(outcomes).toMatchObject([{ value: "a1" }, { reason: { message: "bad" } }, down, down, down]);
  expect(await ask("f1")).toBe("f1");
});

describe("shared items", () => {
  test("of one key that wait are one item", async () => {
    const { ask, batches, items } = setUp({ share: true, keyOf: (item) => item });
    const asked = ["a", "b", "a"].map(ask);
    await nextTick();
    expect(items()).toEqual(["a b"]);
    batches[0]!.finish();
    expect(await Promise.all(asked)).toEqual(["A", "B", "A"]);
  });

  test("never get the answer to an earlier question: what is under way is asked again, once", async () => {
    const { ask, batches, items } = setUp({ share: true, keyOf: (item) => item });
    void ask("a");
    await nextTick();
    const later = [ask("a"), ask("a")];
    await nextTick();
    expect(items()).toEqual(["a"]);
    batches[0]!.finish();
    await vi.waitFor(() => expect(items()).toEqual(["a", "a"]));
    batches[1]!.finish();
    expect(await Promise.all(later)).toEqual(["A", "A"]);
  });
});
