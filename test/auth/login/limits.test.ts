import { describe, expect, test, vi } from "vitest";
import { createLimits } from "../../../src/auth/login/limits.ts";
import { refuse } from "../../../src/auth/login/outcome.ts";
import { SessionError } from "../../../src/core/errors.ts";
import { partsOf } from "../../../src/parts.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { SessionStore } from "../../../src/stores/store.ts";
import { testExchange } from "../../../src/testing/index.ts";
import { codeOf, errorOf, HOUR, kinds, SECOND, storeCalls } from "../../sessions/harness.ts";
import { cheap, GINNY, HARRY, newAddress, setUp, WRONG, type Setup, type Visitor } from "./harness.ts";

vi.mock(import("../../../src/stores/memory.ts"), async (load) => {
  const real = await load();
  return { ...real, memoryStore: vi.fn<typeof memoryStore>(real.memoryStore) };
});

const IN = { ok: true, userId: 7 };
const INVALID = refuse("invalid");
const DAY = 24 * HOUR;

/** What a refusal of too many attempts is like. */
const throttled = (retryAfter: number) => refuse("throttled", retryAfter);

/** Wrong passwords, one after another. @returns how often each reason was given */
async function guess(
  { visitor }: Setup,
  times: number,
  guessOf: (n: number) => [name: string, address: string],
) {
  const reasons: Record<string, number> = {};
  for (let n = 0; n < times; n++) {
    const [name, address] = guessOf(n);
    const outcome = await visitor(address).login(name, WRONG);
    const reason = outcome.ok ? "in" : outcome.reason;
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return reasons;
}

describe.each(kinds)("wrong passwords, in a $kind session, are limited", (kind) => {
  test("for one account, from however many addresses they come", async () => {
    const setup = await setUp(kind);
    const { verify, visitor } = setup;
    const addresses = Array.from({ length: 30 }, newAddress);
    expect(await guess(setup, 300, (n) => ["Harry", addresses[n % 30]!])).toEqual({
      invalid: 10,
      throttled: 290,
    });
    expect(verify).toHaveBeenCalledTimes(10);
    // Nor does the right one help, as long as nobody knows the device.
    expect(await visitor().login("Harry", HARRY)).toEqual(throttled(90));
    expect(await visitor().login("Ginny", GINNY)).toEqual({ ok: true, userId: 8 });
  });

  test.each([
    ["Harry", "harry@hogwarts.example"],
    ["Harry", "HARRY"],
    ["Voldemort", "voldemort"],
    ["Voldemort", "ＶＯＬＤＥＭＯＲＴ"],
    ["No\u00e9mie", "NOE\u0301MIE"],
  ])("for two names of one together: %s, %s", async (one, other) => {
    const setup = await setUp(kind);
    expect(await guess(setup, 20, (n) => [n % 2 === 0 ? one : other, newAddress()])).toEqual({
      invalid: 10,
      throttled: 10,
    });
  });

  test("for 7 and for “7” apart, which may be two users", async () => {
    const setup = await setUp(kind);
    const { users, visitor } = setup;
    users.set(70, { ...users.get(7)!, id: "7" as never, username: "Seven", email: "seven@hogwarts.example" });
    expect(await guess(setup, 15, () => ["Harry", newAddress()])).toEqual({ invalid: 10, throttled: 5 });
    expect(await visitor().login("Seven", HARRY)).toEqual({ ok: true, userId: "7" });
  });

  test("for a user and for a name of nobody's alike, at every moment", async () => {
    const setup = await setUp(kind);
    const { visitor, clock } = setup;
    for (let n = 0; n < 60; n++) {
      const [known, unknown] = [visitor(), visitor()];
      const outcome = await known.login("Harry", WRONG);
      expect(await unknown.login("Voldemort", WRONG)).toEqual(outcome);
      expect(known.cookie).toBe(unknown.cookie);
      clock.advance(n * 7 * SECOND);
    }
  });

  test("from one address, whatever names are tried", async () => {
    const setup = await setUp(kind);
    const { verify, visitor } = setup;
    const address = newAddress();
    expect(await guess(setup, 300, (n) => [`name${n}`, address])).toEqual({ invalid: 100, throttled: 200 });
    expect(verify).toHaveBeenCalledTimes(100);
    expect(await visitor(address).login("Harry", HARRY)).toEqual(throttled(9));
    expect(await visitor().login("Harry", HARRY)).toEqual(IN);
  });

  test("from one /64 of IPv6, as a customer has it", async () => {
    const setup = await setUp(kind);
    const addressOf = (n: number) =>
      `2001:db8:1:2:${n.toString(16)}:${(n * 7).toString(16)}::${n.toString(16)}`;
    expect(await guess(setup, 150, (n) => [`name${n}`, addressOf(n + 1)])).toEqual({
      invalid: 100,
      throttled: 50,
    });
    const { visitor } = setup;
    expect(await visitor("2001:0DB8:0001:0002:ffff:ffff:ffff:ffff").login("Harry", HARRY)).toMatchObject({
      reason: "throttled",
    });
    expect(await visitor("2001:db8:1:3::1").login("Harry", HARRY)).toEqual(IN);
  });

  test("also when they all come at once", async () => {
    const { visitor, verify } = await setUp(kind);
    const outcomes = await Promise.all(
      Array.from({ length: 1000 }, (_, n) =>
        visitor().login(n % 2 === 0 ? "Harry" : "harry@hogwarts.example", WRONG),
      ),
    );
    const reasons = outcomes.map((outcome) => !outcome.ok && outcome.reason);
    expect(reasons.filter((reason) => reason === "invalid")).toHaveLength(10);
    expect(reasons.filter((reason) => reason === "throttled")).toHaveLength(990);
    expect(verify).toHaveBeenCalledTimes(10);
  });

  test("and a right one among them is found out only within the limit", async () => {
    const { visitor, verify } = await setUp(kind);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) => visitor().login("Harry", n === 150 ? HARRY : WRONG)),
    );
    expect(outcomes.filter(({ ok }) => ok)).toEqual([]);
    expect(verify).toHaveBeenCalledTimes(10);
  });

  test("until a pause is over, which every ten of them double", async () => {
    const { visitor, clock } = await setUp(kind);
    for (let n = 0; n < 10; n++) await visitor().login("Harry", WRONG);
    expect(await visitor().login("Harry", WRONG)).toEqual(throttled(90));
    clock.advance(90 * SECOND - 1);
    expect(await visitor().login("Harry", WRONG)).toEqual(throttled(1));
    clock.advance(1);
    expect(await visitor().login("Harry", WRONG)).toEqual(INVALID);
    expect(await visitor().login("Harry", WRONG)).toEqual(throttled(90));
    for (let n = 11; n < 20; n++) {
      clock.advance(90 * SECOND);
      expect(await visitor().login("Harry", WRONG)).toEqual(INVALID);
    }
    expect(await visitor().login("Harry", HARRY)).toEqual(throttled(180));
    clock.advance(180 * SECOND);
    expect(await visitor().login("Harry", HARRY)).toEqual(IN);
  });

  test("and forgotten once the right one was typed", async () => {
    const setup = await setUp(kind);
    const { visitor } = setup;
    for (let round = 0; round < 5; round++) {
      expect(await guess(setup, 9, () => ["Harry", newAddress()])).toEqual({ invalid: 9 });
      expect(await visitor().login("Harry", HARRY)).toEqual(IN);
    }
  });

  test("and right ones count nowhere: an office may log in and out all day", async () => {
    const { visitor, clock } = await setUp(kind);
    const address = newAddress();
    for (let n = 0; n < 150; n++) {
      expect(await visitor(address).login("Harry", HARRY)).toEqual(IN);
      clock.advance(SECOND);
    }
  });

  test("and what was not looked at counts nowhere, neither busy nor broken", async () => {
    const setup = await setUp(kind);
    const { visitor, verify } = setup;
    const address = newAddress();
    verify.mockRejectedValue(new SessionError("ERR_SESSION_BUSY", "Too many."));
    for (let n = 0; n < 120; n++)
      expect(await visitor(address).login(n % 2 === 0 ? "Harry" : `n${n}`, HARRY)).toEqual(refuse("busy", 2));
    const broken = new SessionError("ERR_SESSION_HASHER", "No argon2.");
    verify.mockRejectedValue(broken);
    for (let n = 0; n < 120; n++) await expect(visitor(address).login("Harry", HARRY)).rejects.toBe(broken);
    verify.mockReset();
    verify.mockResolvedValue(true);
    expect(await visitor(address).login("Harry", HARRY)).toEqual(IN);
  });

  test("and while too many are being hashed neither users nor the store are asked anything", async () => {
    const passwords = { ...cheap, isBusy: () => true };
    const { visitor, findUser, store } = await setUp(kind, { passwords });
    expect(await visitor(newAddress()).login("Harry", HARRY)).toEqual(refuse("busy", 2));
    expect(findUser).not.toHaveBeenCalled();
    expect(storeCalls(store)).toEqual({ reads: 0, writes: 0 });
  });

  test("as the options say", async () => {
    const setup = await setUp(kind, {
      login: { throttle: { account: { limit: 2, window: 60 }, address: { limit: 3, window: 300 } } },
    });
    const { visitor } = setup;
    expect(await guess(setup, 5, () => ["Harry", newAddress()])).toEqual({ invalid: 2, throttled: 3 });
    expect(await visitor().login("Harry", HARRY)).toEqual(throttled(30));
    const address = newAddress();
    expect(await guess(setup, 5, (n) => [`name${n}`, address])).toEqual({ invalid: 3, throttled: 2 });
    expect(await visitor(address).login("Ginny", GINNY)).toEqual(throttled(100));
  });

  test("not at all with throttle: false, where no address is needed either", async () => {
    const setup = await setUp(kind, { login: { throttle: false } });
    const { visitor, login } = setup;
    expect(await guess(setup, 200, () => ["Harry", ""])).toEqual({ invalid: 200 });
    expect(await visitor("").login("Harry", HARRY)).toEqual(IN);
    expect(await login.resetPassword(7, "a password that nobody had before")).toEqual(IN);
  });

  test.each([[""], ["unix:/run/app.sock"], ["10.0.0.1:4711"], ["proxy.internal"]])(
    "by address, so that one that is not known is an error: %s",
    async (address) => {
      const { visitor, verify } = await setUp(kind);
      for (const name of ["Harry", "Nobody"]) {
        const { code, message } = await errorOf(() => visitor(address).login(name, HARRY));
        expect([code, message]).toEqual([
          "ERR_SESSION_CONFIG",
          expect.stringContaining("{ address: false }"),
        ]);
      }
      expect(verify).not.toHaveBeenCalled();
    },
  );

  test("by account alone with address: false", async () => {
    const setup = await setUp(kind, { login: { throttle: { address: false } } });
    const { visitor } = setup;
    expect(await guess(setup, 150, (n) => [`name${n}`, ""])).toEqual({ invalid: 150 });
    expect(await guess(setup, 15, () => ["Harry", ""])).toEqual({ invalid: 10, throttled: 5 });
    expect(await visitor("").login("Ginny", GINNY)).toEqual({ ok: true, userId: 8 });
  });

  test("by the address that a trusted proxy names, and by no other's word", async () => {
    const { visitor } = await setUp(kind, { trustProxy: ["192.0.2.1"] });
    const from = (n: number) => ({ "x-forwarded-for": `198.51.100.${n}` });
    const given = (n: number) => ({ identifier: `name${n}`, password: WRONG });
    // Each visitor behind the proxy for himself; whoever is no proxy cannot say that he is another one.
    for (let n = 0; n < 150; n++) expect(await visitor("192.0.2.1").send(given(n), from(n))).toEqual(INVALID);
    for (let n = 0; n < 150; n++)
      expect((await visitor("192.0.2.2").send(given(n + 200), from(n))).ok).toBe(false);
    expect(await visitor("192.0.2.2").send(given(999), from(200))).toMatchObject({ reason: "throttled" });
  });

  test("in a store of their own, where one is given", async () => {
    const own = memoryStore();
    const insert = vi.spyOn(own, "insert");
    const { visitor, store } = await setUp(kind, { login: { throttle: { store: own } } });
    await visitor().login("Harry", WRONG);
    expect([insert.mock.calls.length, vi.mocked(store.insert).mock.calls.length]).toEqual([2, 0]);
  });

  test.each([
    { account: { limit: 0, window: 60 } },
    { account: { limit: 1.5, window: 60 } },
    { address: { limit: 5, window: 0 } },
    { address: { limit: 5, window: NaN } },
    { adress: false },
  ])("by nothing that is no limit: %o is refused at once", async (throttle) => {
    expect(await codeOf(() => setUp(kind, { login: { throttle } }))).toBe("ERR_SESSION_CONFIG");
  });
});

describe("while the store is down", () => {
  const METHODS = ["find", "insert", "update", "delete"] as const;

  /** Lets so many calls pass, and then none. @returns what ends the outage, and tells whether a call was refused */
  function failAfter(store: Setup["store"], passes: number): () => boolean {
    let calls = 0;
    const working = { ...store };
    for (const method of METHODS) {
      const call = working[method] as (...args: never[]) => Promise<never>;
      const asking = (...args: never[]) =>
        ++calls > passes ? Promise.reject(new Error("down")) : call(...args);
      Object.assign(store, { [method]: asking });
    }
    return () => {
      Object.assign(store, working);
      return calls > passes;
    };
  }

  test.each(METHODS)("so that its %s fails, nobody may guess", async (method) => {
    const { visitor, store, verify } = await setUp({ stored: true });
    Object.assign(store, { [method]: () => Promise.reject(new Error("down")) });
    const guesses = Array.from({ length: 30 }, () => visitor().login("Ginny", WRONG));
    const answers = (await Promise.allSettled(guesses)).map((one) =>
      one.status === "rejected" ? one.reason.code : !one.value.ok && one.value.reason,
    );
    expect(new Set(answers)).not.toContain(false);
    const counts = method === "find" || method === "insert" || method === "update";
    expect(verify.mock.calls.length).toBeLessThanOrEqual(counts ? 1 : 10);
  });

  test.each([
    { who: "a new visitor", before: async () => {} },
    { who: "a visitor with a cart", before: (one: Visitor) => one.fill("wand") },
    {
      who: "a user on a known device",
      async before(one: Visitor) {
        await one.login("Harry", HARRY);
        await one.logout();
      },
    },
    {
      who: "a user whom another was before",
      async before(one: Visitor) {
        await one.login("Ginny", GINNY);
        await one.fill("wand");
      },
    },
  ])("from any call on, $who gets an error and is not in, or is in and is told so", async ({ before }) => {
    const complaints = vi.spyOn(console, "error").mockReturnValue(undefined);
    const answers = new Set<unknown>();
    for (let calls = 0, down = true; down; calls++) {
      const { visitor, store } = await setUp({ stored: true });
      const one = visitor();
      await before(one);
      const repair = failAfter(store, calls);
      const outcome = await one.login("Harry", HARRY).catch((error: { code: string }) => error.code);
      down = repair();
      answers.add(outcome);
      const isIn = (await one.userId()) === 7;
      expect([IN, "ERR_SESSION_STORE"][isIn ? 0 : 1]).toEqual(outcome);
    }
    expect(answers.size).toBeGreaterThan(1);
    complaints.mockRestore();
  });
});

test("sealed sessions count the latest hundred thousand accounts, not whoever ever came", async () => {
  const { sessions, clock } = await setUp({ stored: false });
  const exchange = testExchange();
  const limits = createLimits({ address: false }, partsOf(sessions));
  const attempt = (account: string) => limits.attempt(exchange, account, undefined);
  const isLocked = async (account: string) => "ok" in (await attempt(account));
  const lock = (account: string) => Promise.all(Array.from({ length: 10 }, () => attempt(account)));

  await lock("the first");
  const memory = vi.mocked(memoryStore).mock.results.at(-1)!.value as Required<SessionStore>;
  for (let n = 1; n < 100_000; n += 1000)
    await Promise.all(
      Array.from({ length: Math.min(1000, 100_000 - n) }, (_, m) => attempt(`name ${n + m}`)),
    );
  expect(await isLocked("the first")).toBe(true);
  await lock("the last");
  expect([await isLocked("the first"), await isLocked("the last")]).toEqual([false, true]);
  clock.advance(365 * DAY);
  expect(await memory.deleteExpired(Infinity)).toBe(100_000);
});
