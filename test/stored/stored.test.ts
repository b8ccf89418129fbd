import { afterEach, describe, expect, test, vi } from "vitest";
import { partsOf } from "../../src/parts.ts";
import type { Session } from "../../src/session.ts";
import { createSessions } from "../../src/sessions.ts";
import { cachedStore } from "../../src/stores/cached.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieAfter, testExchange } from "../../src/testing/index.ts";
import { PASSWORD } from "../sessions/harness.ts";

const PART = "../../src/stored/stored.ts";

/** As long as loading fails, with this error. */
function breakLoading(): Error {
  const failure = new Error("EMFILE: too many open files");
  vi.doMock(PART, () => {
    throw failure;
  });
  return failure;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

afterEach(() => {
  vi.doUnmock(PART);
});

describe("what sessions in a store need", () => {
  test("is loaded by createSessions, so that the first request need not wait", async () => {
    const sessions = createSessions({ store: memoryStore() });
    await partsOf(sessions).store!();
    const exchange = testExchange();
    void sessions.open(exchange);
    expect(exchange.locals.has("session")).toBe(true);
  });

  test("serves requests that came before it was there, all of one request's with one session", async () => {
    const sessions = createSessions<{ n?: number }>({ store: memoryStore() });
    const [one, other] = [testExchange(), testExchange()];
    const [first, second, third] = await Promise.all([
      sessions.open(one),
      sessions.open(one),
      sessions.open(other),
    ]);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
    await first.update({ n: 1 });
    expect([second.data, third.data]).toEqual([{ n: 1 }, {}]);
    const again = await sessions.open(testExchange({ cookie: cookieAfter(one) }));
    expect(again.data).toEqual({ n: 1 });
  });

  test("does not delay that a response is marked as one visitor's own", () => {
    const exchange = testExchange();
    const markPrivate = vi.spyOn(exchange, "markPrivate");
    void createSessions({ store: memoryStore() }).open(exchange);
    expect(markPrivate).toHaveBeenCalledOnce();
  });

  test("is put together once, whoever asks", async () => {
    const store = memoryStore();
    const sessions = createSessions<{ userId?: number }>({ store });
    const parts = partsOf(sessions);
    const [first, second] = await Promise.all([parts.store!(), parts.store!(), sessions.list(7)]);
    expect(first).toBe(second);
    expect(first).not.toBe(store);
  });

  test("says so when sessions of one name are two kinds, also before it is there", async () => {
    const exchange = testExchange();
    const open = async (sessions: { open(to: typeof exchange): unknown }) => sessions.open(exchange);
    await open(createSessions({ store: memoryStore() }));
    const other = createSessions({ store: memoryStore() });
    await expect(open(other)).rejects.toMatchObject({ code: "ERR_SESSION_CONFIG" });
    await expect(open(createSessions({ password: PASSWORD }))).rejects.toThrow(/Two kinds of sessions/);
  });
});

describe("when it cannot be loaded", () => {
  test("nobody hears of it but whoever needs it, each time, and then it is tried again", async () => {
    const unhandled = vi.fn<() => void>();
    process.on("unhandledRejection", unhandled);
    const failure = breakLoading();
    const sessions = createSessions<{ userId?: number }>({ store: memoryStore() });
    await nextTurn();
    await nextTurn();
    const calls: (() => unknown)[] = [
      () => sessions.open(testExchange()),
      () => sessions.list(7),
      () => sessions.revoke("x"),
      () => sessions.revokeUser(7),
      () => sessions.onRevoked("x", () => {}),
      () => sessions.sweep(),
      () => partsOf(sessions).store!(),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ cause: failure });
    expect(unhandled).not.toHaveBeenCalled();
    process.off("unhandledRejection", unhandled);

    vi.doUnmock(PART);
    const session = (await sessions.open(testExchange())) as Session<{ userId?: number }>;
    await session.update({ userId: 7 });
    expect(await sessions.list(7)).toHaveLength(1);
  });

  test("sealed sessions work as ever, as they never ask for it", async () => {
    const asked = vi.fn<() => never>(() => {
      throw new Error("asked for");
    });
    vi.doMock(PART, asked);
    const sessions = createSessions<{ n?: number }>({ password: PASSWORD, trustProxy: ["10.0.0.0/8"] });
    const exchange = { ...testExchange(), address: () => "::ffff:10.0.0.1" };
    const session = sessions.open(exchange);
    expect(session).not.toBeInstanceOf(Promise);
    await (await session).update({ n: 1 });
    const unsupported = { code: "ERR_SESSION_UNSUPPORTED" };
    await expect(sessions.list(7)).rejects.toMatchObject(unsupported);
    await expect(sessions.revoke("x")).rejects.toMatchObject(unsupported);
    await expect(sessions.revokeUser(7)).rejects.toMatchObject(unsupported);
    await expect(sessions.onRevoked("x", () => {})).rejects.toMatchObject(unsupported);
    await expect(sessions.sweep()).rejects.toMatchObject(unsupported);
    expect(asked).not.toHaveBeenCalled();
  });

  test("wrong options are refused at once, before anything is loaded", () => {
    breakLoading();
    const cached = cachedStore(memoryStore(), { maxAge: 10 });
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ store: {} }, /store must have/],
      [{ store: cached, storeTimeout: 1 }, /timeout of its own/],
      [{ store: memoryStore(), storeTimeout: 0 }, /storeTimeout must be/],
      [{ store: memoryStore(), trustProxy: ["canary"] }, /trustProxy\[0\]/],
      [{ store: memoryStore(), devices: { address: 1 } }, /devices.address must be/],
    ];
    for (const [options, message] of wrong) expect(() => createSessions(options)).toThrow(message);
    expect(() => createSessions({ store: cached })).not.toThrow();
  });
});
