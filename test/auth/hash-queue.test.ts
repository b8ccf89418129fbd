import * as os from "node:os";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createHashQueue, type HashQueueOptions } from "../../src/auth/hash-queue.ts";
import { codeOf, errorOf } from "../sessions/harness.ts";

/** A queue whose hashes are finished by hand. */
function setUp(options: HashQueueOptions) {
  const queue = createHashQueue(options);
  const begun: { name: string; finish: () => void; fail: (error: unknown) => void }[] = [];
  const hash = (name: string): Promise<string> =>
    queue.run(
      () =>
        new Promise((resolve, reject) => {
          begun.push({ name, finish: () => resolve(name.toUpperCase()), fail: reject });
        }),
    );
  return { queue, hash, begun, names: () => begun.map(({ name }) => name).join("") };
}

/** Lets what was settled go on. */
const settle = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));

/** What became of each: its answer or the code of its error. */
async function outcomes(asked: readonly Promise<string>[]): Promise<string[]> {
  const settled = await Promise.allSettled(asked);
  return settled.map((one) => (one.status === "fulfilled" ? one.value : one.reason.code));
}

/** How many of many hashes begin at once. */
async function placesOf({ hash, begun }: ReturnType<typeof setUp>): Promise<number> {
  const answers = outcomes(Array.from({ length: 20 }, () => hash("a")));
  await settle();
  const places = begun.length;
  await vi.advanceTimersByTimeAsync(5000);
  for (const { finish } of begun) finish();
  await answers;
  return places;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a queue of hashes", () => {
  test("runs so many at once and no more, first come first served", async () => {
    const { hash, begun, names } = setUp({ concurrency: 2 });
    const asked = ["a", "b", "c", "d", "e"].map(hash);
    await settle();
    expect(names()).toBe("ab");
    begun[1]!.finish();
    await settle();
    expect(names()).toBe("abc");
    begun[2]!.finish();
    begun[0]!.finish();
    await settle();
    expect(names()).toBe("abcde");
    for (const { finish } of begun) finish();
    expect(await Promise.all(asked)).toEqual(["A", "B", "C", "D", "E"]);
  });

  test("begins at once where there is a place", async () => {
    const { hash, begun, names } = setUp({ concurrency: 1, maxQueue: 0 });
    for (const name of "ab") {
      const asked = hash(name);
      await settle();
      expect(names().at(-1)).toBe(name);
      begun.at(-1)!.finish();
      expect(await asked).toBe(name.toUpperCase());
    }
  });

  test("refuses at once whoever comes when too many wait, and takes the next when one has begun", async () => {
    const { hash, begun, names } = setUp({ concurrency: 1, maxQueue: 2 });
    const asked = ["a", "b", "c"].map(hash);
    const { code, message } = await errorOf(() => hash("d"));
    expect(code).toBe("ERR_SESSION_BUSY");
    expect(message).toMatch(/503.*Retry-After/);
    expect(vi.getTimerCount()).toBe(2);
    begun[0]!.finish();
    await settle();
    asked.push(hash("e"));
    expect(await codeOf(() => hash("f"))).toBe("ERR_SESSION_BUSY");
    for (let n = 1; n < 4; n++) {
      begun[n]!.finish();
      await settle();
    }
    expect(await Promise.all(asked)).toEqual(["A", "B", "C", "E"]);
    expect(names()).toBe("abce");
  });

  test("lets nobody who comes in between take the place of one who waits", async () => {
    const { hash, begun, names } = setUp({ concurrency: 1 });
    const first = hash("a").then(() => hash("c"));
    const waiting = hash("b");
    await settle();
    begun[0]!.finish();
    await settle();
    begun[1]!.finish();
    await settle();
    begun[2]!.finish();
    expect([await first, await waiting, names()]).toEqual(["C", "B", "abc"]);
  });

  test("gives the place of a hash that failed to the next, also of one that threw at once", async () => {
    const { queue, hash, begun, names } = setUp({ concurrency: 1 });
    const failing = hash("a");
    const throwing = queue.run(() => {
      throw new TypeError("at once");
    });
    const last = hash("b");
    const answers = Promise.allSettled([failing, throwing]);
    await settle();
    begun[0]!.fail(new RangeError("later"));
    await settle();
    expect(names()).toBe("ab");
    begun[1]!.finish();
    expect(await last).toBe("B");
    expect((await answers).map((answer) => answer.status === "rejected" && answer.reason.name)).toEqual([
      "RangeError",
      "TypeError",
    ]);
  });

  test("refuses who has waited too long, without the hash being computed, and keeps the order of the others", async () => {
    const { hash, begun, names } = setUp({ concurrency: 1, maxQueue: 2, maxWait: 2 });
    const running = hash("a");
    const late = codeOf(() => hash("b"));
    await vi.advanceTimersByTimeAsync(1000);
    const patient = hash("c");
    await vi.advanceTimersByTimeAsync(999);
    expect(await codeOf(() => hash("x"))).toBe("ERR_SESSION_BUSY");
    await vi.advanceTimersByTimeAsync(1);
    expect(await late).toBe("ERR_SESSION_BUSY");
    // Whoever gave up takes no place in the line any more.
    const last = hash("d");
    begun[0]!.finish();
    await settle();
    begun[1]!.finish();
    await settle();
    begun[2]!.finish();
    expect(await Promise.all([running, patient, last])).toEqual(["A", "C", "D"]);
    expect(names()).toBe("acd");
  });

  test("does not hurry a hash that has begun, and leaves no timer behind", async () => {
    const { hash, begun } = setUp({ concurrency: 1, maxWait: 2 });
    const asked = [hash("a"), hash("b")];
    await settle();
    begun[0]!.finish();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    begun[1]!.finish();
    expect(await Promise.all(asked)).toEqual(["A", "B"]);
  });

  test("waits 5 seconds by default, for 32 callers to each place", async () => {
    const { hash, begun } = setUp({ concurrency: 2 });
    const answers = outcomes(Array.from({ length: 2 + 64 }, () => hash("a")));
    expect(await codeOf(() => hash("too many"))).toBe("ERR_SESSION_BUSY");
    await vi.advanceTimersByTimeAsync(4999);
    begun[0]!.finish();
    await settle();
    await vi.advanceTimersByTimeAsync(1);
    for (const { finish } of begun) finish();
    expect(await answers).toEqual([...Array(3).fill("A"), ...Array(63).fill("ERR_SESSION_BUSY")]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [8, 3],
  ])(
    "has a place for each core but one, and leaves one of libuv's threads: with %i cores %i",
    async (cores, places) => {
      vi.spyOn(process, "getBuiltinModule").mockReturnValue({ ...os, availableParallelism: () => cores });
      vi.stubEnv("UV_THREADPOOL_SIZE", undefined);
      expect(await placesOf(setUp({}))).toBe(places);
      vi.stubEnv("UV_THREADPOOL_SIZE", "16");
      expect(await placesOf(setUp({}))).toBe(Math.max(1, cores - 1));
      vi.unstubAllEnvs();
    },
  );

  test.each([
    ["without node:os", undefined],
    ["with a node:os that does not tell the cores", {}],
  ])("has one place %s", async (_where, module) => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(module);
    expect(await placesOf(setUp({}))).toBe(1);
  });

  test("says that it is full when whoever came now would be refused, and not before", async () => {
    const queue = createHashQueue({ concurrency: 1, maxQueue: 1 });
    const ends: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => void ends.push(resolve));
    const fullness = [queue.isFull()];
    const runs = [1, 2].map(() => {
      const run = queue.run(work);
      fullness.push(queue.isFull());
      return run;
    });
    await expect(queue.run(work)).rejects.toMatchObject({ code: "ERR_SESSION_BUSY" });
    ends[0]!();
    await runs[0];
    fullness.push(queue.isFull());
    await vi.waitFor(() => ends[1]!());
    await runs[1];
    expect(fullness).toEqual([false, false, true, false]);
  });

  test("never exceeds its bounds and answers everybody, whatever comes in which order", async () => {
    const step = fc.constantFrom("ask", "finish", "fail", "wait");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 4 }),
        fc.array(step, { maxLength: 60 }),
        async (concurrency, maxQueue, steps) => {
          const { hash, begun } = setUp({ concurrency, maxQueue, maxWait: 3 });
          // The model: who runs, and who waits since when.
          let now = 0;
          let asked = 0;
          const running: string[] = [];
          let waiting: { name: string; since: number }[] = [];
          const expected = new Map<string, string>();
          const answers = new Map<string, string>();
          const next = (): void => {
            while (running.length < concurrency && waiting.length > 0) running.push(waiting.shift()!.name);
          };
          for (const what of [...steps, ...Array.from({ length: 20 }, () => "finish" as const)]) {
            if (what === "ask") {
              const name = `h${asked++}`;
              void hash(name).then(
                () => answers.set(name, "hashed"),
                (error) => answers.set(name, error.code ?? "failed"),
              );
              if (running.length < concurrency) running.push(name);
              else if (waiting.length < maxQueue) waiting.push({ name, since: now });
              else expected.set(name, "ERR_SESSION_BUSY");
            } else if (what === "wait") {
              now += 1;
              for (const { name, since } of waiting)
                if (now - since >= 3) expected.set(name, "ERR_SESSION_BUSY");
              waiting = waiting.filter(({ since }) => now - since < 3);
              await vi.advanceTimersByTimeAsync(1000);
            } else if (running.length > 0) {
              const name = running.shift()!;
              expected.set(name, what === "fail" ? "failed" : "hashed");
              const job = begun.find((other) => other.name === name)!;
              if (what === "fail") job.fail(new Error("no"));
              else job.finish();
              next();
            }
            await settle();
            expect(begun.map(({ name }) => name).filter((name) => !answers.has(name))).toEqual(running);
          }
          expect(answers).toEqual(expected);
          expect(answers.size).toBe(asked);
          expect(vi.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    { concurrency: 0 },
    { concurrency: 1.5 },
    { concurrency: NaN },
    { concurrency: Infinity },
    { maxQueue: -1 },
    { maxQueue: 0.5 },
    { maxWait: 0 },
    { maxWait: NaN },
    { maxWait: Infinity },
    { maxWait: 2 ** 31 / 1000 },
    { maxWait: "5" as never },
  ])("is refused with %o, naming the option", async (options) => {
    const { code, message } = await errorOf(() => createHashQueue(options));
    expect([code, message]).toEqual([
      "ERR_SESSION_CONFIG",
      expect.stringContaining(Object.keys(options)[0]!),
    ]);
  });
});
