import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createThrottle, type Limit, type Throttle } from "../../../src/auth/throttle.ts";
import { createCircuit } from "../../../src/circuit.ts";
import { isCanonicalBase64url } from "../../../src/core/token.ts";
import { createSessions } from "../../../src/sessions.ts";
import { cachedStore } from "../../../src/stores/cached.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { SessionRecord, SessionStore } from "../../../src/stores/store.ts";
import { fakeClock, testExchange } from "../../../src/testing/index.ts";
import { codeOf, errorOf, interrupt, spiedStore, storeCalls } from "../../sessions/harness.ts";

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const MEMORY = 30 * DAY;
const LIMIT: Limit = { limit: 3, window: 90 };
const KEY = "account harry";
const ALLOWED = { allowed: true };

function setUp() {
  const clock = fakeClock();
  const store = spiedStore(memoryStore({ now: clock.now }));
  const throttle = createThrottle({ store, now: clock.now });
  return { clock, store, throttle };
}

/** The bucket's id, computed as anybody could. */
function idOf(key: string): string {
  return `throttle:${createHash("sha256").update(key).digest("base64url")}`;
}

function refused(retryAfter: number) {
  return { allowed: false, retryAfter };
}

async function takeAll(throttle: Throttle, count: number, key = KEY, limit = LIMIT): Promise<number> {
  const taken = await Promise.all(Array.from({ length: count }, () => throttle.take(key, limit)));
  return taken.filter(({ allowed }) => allowed).length;
}

afterEach(() => void vi.useRealTimers());

describe("attempts at one thing", () => {
  test("are allowed up to the limit, and then one by one", async () => {
    const { throttle, clock } = setUp();
    for (let n = 0; n < 3; n++) expect(await throttle.take(KEY, LIMIT)).toEqual(ALLOWED);
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
    clock.advance(29_001);
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(1));
    clock.advance(999);
    expect(await throttle.take(KEY, LIMIT)).toEqual(ALLOWED);
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
  });

  test("say nothing about another", async () => {
    const { throttle } = setUp();
    expect(await takeAll(throttle, 5)).toBe(3);
    expect(await throttle.take("account Harry", LIMIT)).toEqual(ALLOWED);
    expect(await throttle.take("address harry", LIMIT)).toEqual(ALLOWED);
  });

  test("are counted by all throttles of a store together", async () => {
    const { throttle, store, clock } = setUp();
    expect(await takeAll(throttle, 2)).toBe(2);
    expect(await takeAll(createThrottle({ store, now: clock.now }), 5)).toBe(1);
  });

  test("that were none are given back", async () => {
    const { throttle } = setUp();
    expect(await takeAll(throttle, 3)).toBe(3);
    await throttle.giveBack(KEY, LIMIT);
    expect(await throttle.take(KEY, LIMIT)).toEqual(ALLOWED);
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
  });

  test("that nobody knows of are not given back", async () => {
    const { throttle, store } = setUp();
    await throttle.giveBack(KEY, LIMIT);
    expect(storeCalls(store).writes).toBe(0);
    expect(await takeAll(throttle, 5)).toBe(3);
  });

  test("are forgotten when the bucket is cleared, and with them the longer pauses", async () => {
    const { throttle, clock } = setUp();
    for (let n = 0; n < 9; n++) {
      const taken = await throttle.take(KEY, LIMIT);
      if (!taken.allowed) clock.advance(taken.retryAfter * SECOND);
    }
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(60));
    await throttle.clear(KEY);
    expect(await takeAll(throttle, 5)).toBe(3);
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
  });

  test("are cleared where there are none", async () => {
    const { throttle } = setUp();
    await throttle.clear(KEY);
    expect(await takeAll(throttle, 5)).toBe(3);
  });

  test("are forgotten 30 days after the bucket has leaked empty, and not a moment earlier", async () => {
    for (const [moment, pause] of [
      [MEMORY - 1, 60],
      [MEMORY, 30],
    ] as const) {
      const { throttle, clock, store } = setUp();
      const limit = { limit: 1, window: 30 };
      await throttle.take(KEY, limit);
      clock.advance(30 * SECOND + moment);
      // As the sweep does it at that moment.
      await store.deleteExpired(10);
      await throttle.take(KEY, limit);
      expect(await throttle.take(KEY, limit)).toEqual(refused(pause));
    }
  });

  test("are held to a limit that is one", async () => {
    const { throttle, store } = setUp();
    const wrong = { limit: 0, window: 90 };
    expect(await codeOf(() => throttle.take(KEY, wrong))).toBe("ERR_SESSION_CONFIG");
    expect(await codeOf(() => throttle.giveBack(KEY, wrong))).toBe("ERR_SESSION_CONFIG");
    expect(storeCalls(store)).toEqual({ reads: 0, writes: 0 });
  });
});

describe("a thousand parallel attempts", () => {
  test("are allowed exactly up to the limit, for a few lookups", async () => {
    const { throttle, store } = setUp();
    expect(await takeAll(throttle, 1000)).toBe(3);
    expect(storeCalls(store)).toEqual({ reads: 2, writes: 2 });
    expect(await takeAll(throttle, 1000)).toBe(0);
    expect(storeCalls(store)).toEqual({ reads: 4, writes: 2 });
  });

  test("that come while others are under way wait, and ask only then", async () => {
    const { throttle, store } = setUp();
    const late: Promise<unknown>[] = [];
    interrupt(store, "find", "after", () => {
      for (let n = 0; n < 5; n++) late.push(throttle.take(KEY, LIMIT));
    });
    expect(await throttle.take(KEY, LIMIT)).toEqual(ALLOWED);
    expect(await Promise.all(late)).toEqual([ALLOWED, ALLOWED, refused(30), refused(30), refused(30)]);
  });

  test("on each of many things do not wait for each other", async () => {
    const { throttle, store } = setUp();
    const keys = Array.from({ length: 100 }, (_, n) => `account ${n}`);
    const allowed = await Promise.all(keys.map((key) => takeAll(throttle, 10, key)));
    expect(allowed).toEqual(keys.map(() => 3));
    expect(storeCalls(store)).toEqual({ reads: 200, writes: 200 });
  });

  test("leave nothing in the process but what the store has", async () => {
    const { throttle, store } = setUp();
    const set = vi.spyOn(Map.prototype, "set");
    try {
      await takeAll(throttle, 10);
      store.find = () => Promise.reject(new Error("down"));
      await throttle.take(KEY, LIMIT).catch(() => undefined);
      const holders = set.mock.contexts.filter((_, n) => set.mock.calls[n]?.[0] === KEY);
      expect(holders.length).toBeGreaterThan(0);
      expect(holders.filter((map) => (map as Map<unknown, unknown>).size > 0)).toEqual([]);
    } finally {
      set.mockRestore();
    }
  });
});

describe("a bucket in the store", () => {
  const written = (store: SessionStore): SessionRecord => vi.mocked(store).insert.mock.calls[0]![0];

  test("is a record of nobody that says how many attempts there were, and not at what", async () => {
    const { throttle, store, clock } = setUp();
    await throttle.take(KEY, LIMIT);
    const expiresAt = clock.now() + 30 * SECOND + MEMORY;
    expect(written(store)).toEqual({
      id: idOf(KEY),
      version: expect.any(Number) as number,
      userId: undefined,
      createdAt: clock.now(),
      lastSeenAt: clock.now(),
      authenticatedAt: undefined,
      idleTimeout: MEMORY / SECOND,
      absoluteExpiresAt: expiresAt,
      expiresAt,
      schemaVersion: 1,
      data: JSON.stringify({ attempts: 1, emptyAt: clock.now() + 30 * SECOND }),
      flash: undefined,
    });
    const { find, insert } = vi.mocked(store);
    const calls = [find, insert].flatMap(({ mock }) => mock.calls as unknown[]);
    expect(JSON.stringify(calls)).not.toMatch(/harry/i);
  });

  test("is removed by the sweep when it is worthless", async () => {
    const { throttle, store, clock } = setUp();
    const sessions = createSessions({ store, now: clock.now });
    await throttle.take(KEY, LIMIT);
    clock.advance(30 * SECOND + MEMORY - 1);
    expect(await sessions.sweep()).toBe(0);
    clock.advance(1);
    expect(await sessions.sweep()).toBe(1);
    expect(await store.deleteExpired(10)).toBe(0);
    await store.insert(written(store));
  });

  test("is not among anybody's sessions", async () => {
    const { throttle, store, clock } = setUp();
    const sessions = createSessions({ store, now: clock.now });
    await throttle.take("7", LIMIT);
    expect(await sessions.list(7)).toEqual([]);
    expect(await sessions.list("undefined")).toEqual([]);
    expect(await sessions.revokeUser(7)).toBe(0);
    expect(await sessions.revoke(idOf("7"))).toBe(false);
    expect(await takeAll(throttle, 5, "7")).toBe(2);
  });

  test("opens for no token: its id is no hash", async () => {
    const { throttle, store, clock } = setUp();
    const token = "A".repeat(43);
    const keys = [token, "", token.slice("throttle:".length), "x", "account harry", ":", "\0", "="];
    const sessions = createSessions({ store, now: clock.now });
    for (const key of keys) {
      await throttle.take(key, LIMIT);
      expect(await store.find(idOf(key))).toBeDefined();
      for (const cookie of [key, `throttle:${key}`, `throttle${key}`, idOf(key)]) {
        const session = await sessions.open(testExchange({ cookie: `__Host-session=${cookie}` }));
        expect([session.id, session.data]).toEqual([undefined, {}]);
      }
    }
    // A session's id is a hash in base64url, which has no colon.
    expect(isCanonicalBase64url(idOf("x"))).toBe(false);
  });

  test("keeps counting right in an expired record's place that was not swept", async () => {
    const { throttle, store, clock } = setUp();
    await throttle.take(KEY, LIMIT);
    clock.advance(MEMORY + DAY);
    expect(await store.find(idOf(KEY))).toBeUndefined();
    const others = [1, 2].map(() => createThrottle({ store, now: clock.now }));
    const allowed = await Promise.all([throttle, ...others].map((one) => takeAll(one, 5)));
    expect(allowed.reduce((sum, count) => sum + count)).toBe(3);
    // An id that others may have filled meanwhile is never deleted.
    expect(store.delete).not.toHaveBeenCalled();
  });

  test("takes an expired record's place also among many, and in a store that cannot sweep", async () => {
    const { throttle, store, clock } = setUp();
    for (let n = 0; n < 2500; n++) await throttle.take(`address ${n}`, LIMIT);
    clock.advance(MEMORY + DAY);
    expect(await takeAll(throttle, 5, "address 2400")).toBe(3);
    expect(store.deleteExpired).toHaveBeenCalledTimes(3);
    // Refused once, and kept when all was swept.
    expect(store.insert).toHaveBeenCalledTimes(2500 + 2);

    await throttle.take(KEY, LIMIT);
    clock.advance(MEMORY + DAY);
    const { find, insert, update, delete: remove } = store;
    const plain = createThrottle({ store: { find, insert, update, delete: remove }, now: clock.now });
    expect(await takeAll(plain, 5)).toBe(3);
  });
});

describe("another process that is faster", () => {
  test("with the first attempt is counted too", async () => {
    const { throttle, store, clock } = setUp();
    const other = createThrottle({ store, now: clock.now });
    interrupt(store, "find", "after", () => takeAll(other, 2));
    expect(await takeAll(throttle, 1)).toBe(1);
    expect(await takeAll(throttle, 5)).toBe(0);
  });

  test("with a later one is counted too", async () => {
    const { throttle, store, clock } = setUp();
    const other = createThrottle({ store, now: clock.now });
    await throttle.take(KEY, LIMIT);
    interrupt(store, "find", "after", () => takeAll(other, 2));
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
  });

  test("to clear the bucket leaves an attempt to be counted in a new one", async () => {
    const { throttle, store } = setUp();
    await takeAll(throttle, 3);
    interrupt(store, "find", "after", () => throttle.clear(KEY));
    // Full when it was read, which is an answer too.
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
    await throttle.take(KEY, LIMIT);
    interrupt(store, "update", "before", () => throttle.clear(KEY));
    expect(await throttle.take(KEY, LIMIT)).toEqual(ALLOWED);
    expect(await takeAll(throttle, 5)).toBe(2);
  });

  test("to clear it and begin anew is not taken for the one before", async () => {
    const { throttle, store, clock } = setUp();
    const other = createThrottle({ store, now: clock.now });
    for (let n = 0; n < 2; n++) await throttle.take(KEY, LIMIT);
    interrupt(store, "find", "after", async () => {
      await other.clear(KEY);
      // Written as often as the one that was read.
      expect(await takeAll(other, 3)).toBe(3);
    });
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
  });

  test("to clear it makes giving back do nothing", async () => {
    const { throttle, store } = setUp();
    await takeAll(throttle, 3);
    interrupt(store, "find", "after", () => throttle.clear(KEY));
    await throttle.giveBack(KEY, LIMIT);
    expect(await takeAll(throttle, 5)).toBe(3);
  });

  test("every time ends in an error, never in an allowance", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const { throttle, store } = setUp();
    await throttle.take(KEY, LIMIT);
    store.update = vi.fn<SessionStore["update"]>(async () => false);
    const answer = errorOf(() => throttle.take(KEY, LIMIT));
    await vi.advanceTimersByTimeAsync(10_000);
    const error = await answer;
    expect(error.code).toBe("ERR_SESSION_CONFLICT");
    expect(error.message).not.toMatch(/harry/);
    expect(store.update).toHaveBeenCalledTimes(100);
  });
});

describe("a store that fails", () => {
  const down = new Error("ECONNREFUSED");

  test.each(["find", "insert", "update"] as const)(
    "to %s fails the attempt, with its own error",
    async (method) => {
      vi.useFakeTimers({ toFake: ["setTimeout"] });
      const { throttle, store } = setUp();
      if (method === "update") await throttle.take(KEY, LIMIT);
      Object.assign(store, { [method]: () => Promise.reject(down) });
      const answers = Promise.allSettled([1, 2, 3].map(() => throttle.take(KEY, LIMIT)));
      await vi.advanceTimersByTimeAsync(10_000);
      expect((await answers).map((answer) => "reason" in answer && answer.reason === down)).toEqual([
        true,
        true,
        true,
      ]);
    },
  );

  test("behind a circuit fails the attempt as an outage, and allows again when it is back", async () => {
    const { store, clock } = setUp();
    const good = store.find;
    const circuit = createCircuit(store, { timeout: 1 });
    const throttle = createThrottle({ store: circuit.store, now: clock.now });
    store.find = () => Promise.reject(down);
    expect(await codeOf(() => throttle.take(KEY, LIMIT))).toBe("ERR_SESSION_STORE");
    expect(await codeOf(() => throttle.giveBack(KEY, LIMIT))).toBe("ERR_SESSION_STORE");
    store.delete = () => Promise.reject(down);
    expect(await codeOf(() => throttle.clear(KEY))).toBe("ERR_SESSION_STORE");
    store.find = good;
    expect(await takeAll(throttle, 5)).toBe(3);
  });

  test("to tell that it has written counts an attempt twice, rather than not at all", async () => {
    const { throttle, store } = setUp();
    interrupt(store, "insert", "after", () => Promise.reject(down));
    expect(await throttle.take(KEY, LIMIT)).toEqual(ALLOWED);
    expect(await takeAll(throttle, 5)).toBe(1);
  });
});

describe("a clock that is set back", () => {
  test("opens no bucket, and locks none for longer than is due", async () => {
    const { throttle, clock } = setUp();
    await takeAll(throttle, 3);
    clock.advance(-400 * DAY);
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(30));
    clock.advance(29 * SECOND);
    expect(await throttle.take(KEY, LIMIT)).toEqual(refused(1));
    clock.advance(SECOND);
    expect(await throttle.take(KEY, LIMIT)).toEqual(ALLOWED);
  });

  test("costs one write, not one for every refusal", async () => {
    const { throttle, clock, store } = setUp();
    await takeAll(throttle, 3);
    clock.advance(-400 * DAY);
    await takeAll(throttle, 5);
    const { writes } = storeCalls(store);
    await takeAll(throttle, 5);
    expect(storeCalls(store).writes).toBe(writes);
  });
});

test("through caches, two nodes allow exactly the limit together", async () => {
  const origin = memoryStore();
  const nodes = [1, 2].map(() =>
    createThrottle({ store: cachedStore(origin, { maxAge: 60 }), now: Date.now }),
  );
  for (let round = 0; round < 20; round++) {
    const key = `account ${round}`;
    const allowed = await Promise.all(nodes.map((node) => takeAll(node, 10, key)));
    expect(allowed[0]! + allowed[1]!).toBe(3);
    await nodes[round % 2]!.clear(key);
    const again = await Promise.all(nodes.map((node) => takeAll(node, 2, key)));
    expect(again[0]! + again[1]!).toBe(3);
  }
});
