import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SessionOptions } from "../../src/options.ts";
import { createSessions } from "../../src/sessions.ts";
import { sessionsOf } from "../../src/sessions-of.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieAfter, testExchange } from "../../src/testing/index.ts";
import { codeOf, OTHER_PASSWORD, PASSWORD } from "./harness.ts";

const nodeCrypto = process.getBuiltinModule("node:crypto");

beforeEach(() => {
  vi.spyOn(nodeCrypto, "hkdfSync");
});
afterEach(() => {
  vi.restoreAllMocks();
});

const derivations = (): number => vi.mocked(nodeCrypto.hkdfSync).mock.calls.length;

test("sessions are answered as they are", () => {
  const sessions = createSessions({ password: PASSWORD });
  expect(sessionsOf(sessions)).toBe(sessions);
});

test("a fresh options object at every call derives its keys once", async () => {
  const password = `${PASSWORD}, of its own`;
  let cookie: string | undefined;
  for (let n = 1; n <= 100; n++) {
    const exchange = testExchange({ cookie });
    const session = await sessionsOf<{ n: number }>({ password, cookie: { sameSite: "strict" } }).open(
      exchange,
    );
    await session.update((draft) => (draft["n"] = (draft["n"] ?? 0) + 1));
    expect(session.data.n).toBe(n);
    cookie = cookieAfter(exchange);
  }
  // One for the key id of the password, one for the key of the day; two if midnight passes here.
  expect(derivations()).toBeGreaterThan(0);
  expect(derivations()).toBeLessThanOrEqual(3);
});

test("so does one with functions, which can only be told apart as objects", async () => {
  const password = `${PASSWORD}, with functions`;
  let heard = 0;
  for (let n = 0; n < 50; n++) {
    const options: SessionOptions = { password, onEvent: () => heard++, userId: (data) => data["uid"] };
    await (await sessionsOf(options).open(testExchange())).update({ uid: n });
  }
  expect(heard).toBe(50);
  expect(derivations()).toBeLessThanOrEqual(3);
});

test("whoever passes such options anew with every request is told once", async () => {
  vi.resetModules();
  const fresh = await import("../../src/sessions-of.ts");
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const store = memoryStore();
  const kept = { store };
  for (let n = 0; n < 200; n++) {
    fresh.sessionsOf(kept);
    fresh.sessionsOf({ password: PASSWORD });
  }
  expect(warn).not.toHaveBeenCalled();
  for (let n = 0; n < 200; n++) fresh.sessionsOf({ store });
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/createSessions\(options\) once/));
});

test("equal plain options are the same sessions; others are not", () => {
  const one = sessionsOf({ password: PASSWORD, idleTimeout: 60 });
  expect(sessionsOf({ password: PASSWORD, idleTimeout: 60 })).toBe(one);
  for (const other of [
    { password: PASSWORD, idleTimeout: 61 },
    { password: OTHER_PASSWORD, idleTimeout: 60 },
    { password: [PASSWORD, OTHER_PASSWORD], idleTimeout: 60 },
    { password: PASSWORD, idleTimeout: 60, name: "other" },
    { password: PASSWORD, idleTimeout: 60, cookie: { persistent: true } },
  ])
    expect(sessionsOf(other)).not.toBe(one);
});

test("one options object is the same sessions at every call, also with a store or a function in it", () => {
  const withStore = { store: memoryStore() };
  const withFunction = { password: PASSWORD, onEvent() {} };
  for (const options of [withStore, withFunction]) expect(sessionsOf(options)).toBe(sessionsOf(options));
  expect(sessionsOf({ store: memoryStore() })).not.toBe(sessionsOf(withStore));
});

test("fresh objects around one store share the session of a request", async () => {
  const store = memoryStore();
  const exchange = testExchange();
  const a = await sessionsOf({ store }).open(exchange);
  await a.update({ n: 1 });
  expect(await sessionsOf({ store }).open(exchange)).toBe(a);
});

test("a hundred different options objects are no leak and no mix-up", async () => {
  for (let n = 0; n < 200; n++) {
    const sessions = sessionsOf({ password: PASSWORD, name: `s${n}` });
    expect(sessions.name).toBe(`s${n}`);
  }
});

test.each([
  { wrong: "nothing", options: undefined },
  { wrong: "null", options: null },
  { wrong: "a password alone", options: PASSWORD },
  { wrong: "a bigint", options: { password: PASSWORD, idleTimeout: 60n } },
  { wrong: "a symbol", options: { password: PASSWORD, name: Symbol("s") } },
  { wrong: "NaN", options: { password: PASSWORD, idleTimeout: Number.NaN } },
])("wrong options ($wrong) are an error of ours, also after right ones", async ({ options }) => {
  sessionsOf({ password: PASSWORD });
  // As JSON it would be the same as NaN.
  expect(await codeOf(() => sessionsOf({ password: PASSWORD, idleTimeout: null as never }))).toBe(
    "ERR_SESSION_CONFIG",
  );
  expect(await codeOf(() => sessionsOf(options as never))).toBe("ERR_SESSION_CONFIG");
});

test("a missing password is an error at every call", async () => {
  for (let n = 0; n < 2; n++)
    expect(await codeOf(() => sessionsOf({ password: undefined }))).toBe("ERR_SESSION_PASSWORD");
});
