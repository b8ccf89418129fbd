import { describe, expect, test, vi } from "vitest";
import { memoryStore } from "../../src/stores/memory.ts";
import { fakeClock } from "../../src/testing/index.ts";
import { codeOf, kinds, setUp, type Setup } from "./harness.ts";

type Counts = Record<string, number>;

/** Many requests of one visitor that have all loaded the session before the first of them writes. */
async function manyRequests(count: number) {
  const given: Setup<Counts> = setUp<Counts>({ stored: true }, { userId: () => undefined });
  const visitor = given.browser();
  await visitor.visit((session) => session.update({ n: 0 }));
  const visits = await Promise.all(Array.from({ length: count }, () => visitor.start()));
  return { ...given, visitor, sessions: visits.map(({ session }) => session) };
}

const keysUpTo = (count: number): Counts =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

describe.each([50, 1000])(
  "%i parallel updates of one stored session from as many requests",
  { timeout: 30_000 },
  (count) => {
    test("all count", async ({ task }) => {
      const { sessions, visitor, store } = await manyRequests(count);
      vi.mocked(store.update).mockClear();
      await Promise.all(sessions.map((session) => session.update((draft: Counts) => (draft["n"]! += 1))));
      const { session } = await visitor.visit();
      expect(session.data).toEqual({ n: count });
      const attempts = vi.mocked(store.update).mock.calls.length;
      // One try each, one more for the losers of the first round: anything above is writers getting in each other's way.
      expect(attempts).toBeLessThanOrEqual(2 * count);
      task.meta.note = `${count} parallel increments of one session: 0 lost, ${attempts} store updates`;
    });

    test("all count when the function is async", async () => {
      const { sessions, visitor } = await manyRequests(count);
      await Promise.all(
        sessions.map((session) =>
          session.update(async (draft: Counts) => {
            const { n } = draft;
            await Promise.resolve();
            draft["n"] = n! + 1;
          }),
        ),
      );
      expect((await visitor.visit()).session.data).toEqual({ n: count });
    });

    test("merge when they patch different keys", async () => {
      const { sessions, visitor } = await manyRequests(count);
      await Promise.all(sessions.map((session, i) => session.update({ [`k${i}`]: i })));
      expect((await visitor.visit()).session.data).toEqual({ n: 0, ...keysUpTo(count) });
    });
  },
);

describe.each(kinds)("parallel updates within one request of a $kind session", (kind) => {
  test.each([{ start: "a kept session" }, { start: "nothing" }])(
    "all count, from $start",
    async ({ start }) => {
      const { browser } = setUp<Counts>(kind);
      const visitor = browser();
      if (start !== "nothing") await visitor.visit((session) => session.update({ n: 0 }));
      await visitor.visit((session) =>
        Promise.all(
          Array.from({ length: 100 }, (_, i) =>
            session.update(
              i % 2 === 0
                ? (draft: Counts) => void (draft["n"] = (draft["n"] ?? 0) + 1)
                : async (draft: Counts) => {
                    const { n = 0 } = draft;
                    await Promise.resolve();
                    return { n: n + 1 };
                  },
            ),
          ),
        ),
      );
      expect((await visitor.visit()).session.data).toEqual({ n: 100 });
    },
  );

  test("merge when they patch different keys, together with flash values", async () => {
    const { browser } = setUp<Counts>(kind);
    const visitor = browser();
    await visitor.visit((session) =>
      Promise.all([
        ...Object.entries(keysUpTo(50)).map(([key, value]) => session.update({ [key]: value })),
        session.flash.set("a", 1),
        session.flash.set("b", 2),
      ]),
    );
    await visitor.visit(async (session) => {
      expect(session.data).toEqual(keysUpTo(50));
      expect(await Promise.all([session.flash.take("a"), session.flash.take("b")])).toEqual([1, 2]);
    });
  });

  test("an update inside an updater neither waits for itself nor loses anything", async () => {
    const { browser } = setUp<Counts>(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ n: 0 }));
    await visitor.visit((session) =>
      session.update(async (draft: Counts) => {
        await session.update({ inner: 1 });
        draft["outer"] = 1;
      }),
    );
    expect((await visitor.visit()).session.data).toEqual({ n: 0, inner: 1, outer: 1 });
  });

  test("an updater that throws changes nothing and stops nobody else", async () => {
    const { browser } = setUp<Counts>(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ n: 1 }));
    const fault = new Error("the application's own");
    await visitor.visit(async (session) => {
      const outcomes = await Promise.allSettled([
        session.update((draft: Counts) => {
          draft["n"] = 99;
          throw fault;
        }),
        session.update(async (draft: Counts) => {
          draft["n"] = 98;
          return Promise.reject(fault);
        }),
        session.update({ m: 2 }),
      ]);
      expect(outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason : "kept"))).toEqual([
        fault,
        fault,
        expect.anything(),
      ]);
      expect(session.data).toEqual({ n: 1, m: 2 });
    });
    expect((await visitor.visit()).session.data).toEqual({ n: 1, m: 2 });
  });
});

describe("an update whose function contends with other requests", () => {
  test("holds no turn that its own nested update would wait for", async () => {
    const { sessions, visitor } = await manyRequests(10);
    await Promise.all(
      sessions.map((session, i) =>
        session.update(async (draft: Counts) => {
          await session.update({ [`inner${i}`]: i });
          draft["n"]! += 1;
        }),
      ),
    );
    const { data } = (await visitor.visit()).session;
    expect(data["n"]).toBe(10);
    expect(Object.keys(data)).toHaveLength(11);
  });

  test("is replayed on fresh data, from a draft that nobody else holds", async () => {
    const { visitor } = await manyRequests(0);
    const [a, b] = [await visitor.start(), await visitor.start()];
    const drafts: Counts[] = [];
    await b.session.update({ other: 1 });
    await a.session.update((draft: Counts) => {
      drafts.push({ ...draft });
      draft["n"]! += 1;
    });
    expect(drafts).toEqual([{ n: 0 }, { n: 0, other: 1 }]);
    expect(a.session.data).toEqual({ n: 1, other: 1 });
  });

  test("frees its turn when it fails", async () => {
    const { sessions, visitor } = await manyRequests(20);
    const outcomes = await Promise.allSettled(
      sessions.map((session, i) =>
        session.update((draft: Counts) => {
          if (i % 2 === 1 && Object.keys(draft).length > 1) throw new Error("given up");
          draft[`k${i}`] = i;
        }),
      ),
    );
    const kept = outcomes.filter(({ status }) => status === "fulfilled").length;
    expect(kept).toBeGreaterThanOrEqual(10);
    expect(Object.keys((await visitor.visit()).session.data)).toHaveLength(kept + 1);
  });
});

test("removing the last value does not take away what another request added meanwhile", async () => {
  const { browser } = setUp({ stored: true });
  const visitor = browser();
  await visitor.visit((session) => session.update({ draft: "x" }));
  const [a, b] = [await visitor.start(), await visitor.start()];
  await b.session.update({ theme: "dark" });
  await a.session.update({ draft: undefined });
  expect(a.session.data).toEqual({ theme: "dark" });
  visitor.receive(b);
  visitor.receive(a);
  expect((await visitor.visit()).session.data).toEqual({ theme: "dark" });
});

test("an update that always loses gives up with ERR_SESSION_CONFLICT and keeps nothing", async () => {
  vi.useFakeTimers();
  try {
    const clock = fakeClock();
    const store = memoryStore({ now: clock.now });
    const { browser } = setUp({ stored: true }, { clock, store: { ...store, update: async () => false } });
    const visitor = browser();
    await visitor.visit((session) => session.update({ n: 1 }));
    const { session } = await visitor.start();
    const code = codeOf(() => session.update({ n: 2 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await code).toBe("ERR_SESSION_CONFLICT");
    expect(session.data).toEqual({ n: 1 });
    await expect(session.clear()).resolves.toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
