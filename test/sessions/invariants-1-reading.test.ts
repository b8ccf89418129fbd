import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { testExchange } from "../../src/testing/index.ts";
import { kinds, MINUTE, PASSWORD, SECOND, setCookies, setUp, storeCalls } from "./harness.ts";
import { createSessions } from "../../src/sessions.ts";

const nodeCrypto = process.getBuiltinModule("node:crypto");
const PRIMITIVES = [
  "createCipheriv",
  "createDecipheriv",
  "createHash",
  "hkdfSync",
  "randomFillSync",
] as const;

/** How often a primitive of node:crypto ran since the spies were set. */
function cryptoCalls(): number {
  return PRIMITIVES.reduce((sum, name) => sum + vi.mocked(nodeCrypto[name]).mock.calls.length, 0);
}

beforeEach(() => {
  for (const name of PRIMITIVES) vi.spyOn(nodeCrypto, name);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(kinds)("reading a $kind session", (kind) => {
  test("costs an anonymous visitor no crypto, no store call, no cookie", async () => {
    const { browser, store } = setUp(kind);
    const { session, exchange } = await browser().visit();
    expect(session.data).toEqual({});
    expect(session.id).toBeUndefined();
    expect(session.state).toBe("fresh");
    expect(cryptoCalls()).toBe(0);
    expect(storeCalls(store)).toEqual({ reads: 0, writes: 0 });
    expect(setCookies(exchange)).toEqual([]);
  });

  test("costs a visitor with other cookies nothing either", async () => {
    const { browser, store } = setUp(kind);
    const cookie = "theme=dark; not__Host-session=x; __Host-sessions=y; __Host-session-2=z";
    const { exchange } = await browser(cookie).visit();
    expect(cryptoCalls()).toBe(0);
    expect(storeCalls(store)).toEqual({ reads: 0, writes: 0 });
    expect(setCookies(exchange)).toEqual([]);
  });

  test("writes nothing for a logged-in visitor, however often and whatever is read", async () => {
    const { browser, store, clock } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7, cart: [1] }));
    const { cookie } = visitor;
    const written = storeCalls(store).writes;
    for (let n = 0; n < 20; n++) {
      clock.advance(2 * SECOND);
      const { exchange } = await visitor.visit(
        ({ data, id, createdAt, expiresAt, authenticatedAt, state }) => {
          expect([data["userId"], state]).toEqual([7, "loaded"]);
          expect(id && createdAt && expiresAt && authenticatedAt).toBeTruthy();
        },
      );
      expect(setCookies(exchange)).toEqual([]);
    }
    expect(storeCalls(store).writes).toBe(written);
    expect(visitor.cookie).toBe(cookie);
  });

  test("reads the store or opens the cookie once a request, whoever asks", async () => {
    const { browser, sessions, store } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    vi.mocked(store.find).mockClear();
    vi.mocked(nodeCrypto.createDecipheriv).mockClear();
    const exchange = testExchange({ cookie: visitor.cookie });
    const handles = await Promise.all(Array.from({ length: 5 }, async () => sessions.open(exchange)));
    for (const handle of handles) expect(handle.data["userId"]).toBe(7);
    expect(new Set(handles).size).toBe(1);
    expect(vi.mocked(store.find).mock.calls.length).toBe(kind.stored ? 1 : 0);
    expect(vi.mocked(nodeCrypto.createDecipheriv).mock.calls.length).toBe(kind.stored ? 0 : 1);
  });

  test("parses the data once and hands out the same frozen object", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ cart: [{ n: 1 }] }));
    const { session } = await visitor.visit();
    expect(session.data).toBe(session.data);
    expect(() => session.data["cart"].push(2)).toThrow(TypeError);
    expect(() => ((session.data as { cart: { n: number }[] }).cart[0]!.n = 2)).toThrow(TypeError);
    expect(session.data).toEqual({ cart: [{ n: 1 }] });
  });

  test("writes nothing when an update, a take or a rotation changes nothing", async () => {
    const { browser, store } = setUp(kind);
    const visitor = browser();
    const anonymous = await visitor.visit(async (session) => {
      await session.update({});
      await session.update({ userId: undefined });
      await session.update(() => {});
      await session.rotate();
      await session.clear();
      expect(await session.flash.take("notice")).toBeUndefined();
      await session.flash.set("notice", undefined);
      expect(session.state).toBe("fresh");
    });
    expect(setCookies(anonymous.exchange)).toEqual([]);
    expect(storeCalls(store)).toEqual({ reads: 0, writes: 0 });

    await visitor.visit((session) => session.update({ userId: 7, a: { b: 1 } }));
    const before = storeCalls(store).writes;
    const { exchange } = await visitor.visit(async (session) => {
      await session.update({});
      await session.update({ a: { b: 1 } });
      await session.update((draft) => (draft.userId = 7));
      expect(await session.flash.take("notice")).toBeUndefined();
      expect(session.state).toBe("loaded");
    });
    expect(setCookies(exchange)).toEqual([]);
    expect(storeCalls(store).writes).toBe(before);
  });
});

describe.each(kinds)("noting that the visitor of a $kind session is here", (kind) => {
  test("happens once in a touchInterval", async () => {
    const { browser, store, clock } = setUp(kind, { touchInterval: 60 });
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const start = clock.now();
    vi.mocked(store.update).mockClear();
    let cookies = 0;
    const seen: number[] = [];
    for (const at of [MINUTE - 1, MINUTE, MINUTE + 1, 2 * MINUTE - 1, 2 * MINUTE]) {
      clock.set(start + at);
      const { exchange, session } = await visitor.visit();
      cookies += setCookies(exchange).length;
      seen.push(session.lastSeenAt! - start);
    }
    expect(seen).toEqual([0, MINUTE, MINUTE, MINUTE, 2 * MINUTE]);
    expect(vi.mocked(store.update).mock.calls.length).toBe(kind.stored ? 2 : 0);
    expect(cookies).toBe(kind.stored ? 0 : 2);
  });

  test("costs at most two writes for 1,000 requests of one minute", async ({ task }) => {
    const { browser, store, clock } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    vi.mocked(store.update).mockClear();
    let cookies = 0;
    for (let n = 0; n < 1000; n++) {
      clock.advance(MINUTE / 1000);
      cookies += setCookies((await visitor.visit()).exchange).length;
    }
    const writes = kind.stored ? vi.mocked(store.update).mock.calls.length : cookies;
    expect(writes).toBeGreaterThanOrEqual(1);
    expect(writes).toBeLessThanOrEqual(2);
    task.meta.note = `1,000 reads of a ${kind.kind} session in a minute: ${writes} write`;
  });

  test("can be had at every request", async () => {
    const { browser, clock } = setUp(kind, { touchInterval: 0 });
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    clock.advance(1);
    expect((await visitor.visit()).session.lastSeenAt).toBe(clock.now());
  });
});

test("parallel requests whose touch is due keep all of them signed in", async () => {
  const { browser, clock, store } = setUp({ stored: true });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  clock.advance(5 * MINUTE);
  vi.mocked(store.update).mockClear();
  const visits = await Promise.all(Array.from({ length: 20 }, () => visitor.start()));
  for (const { session } of visits) expect(session.data["userId"]).toBe(7);
  const won = await Promise.all(vi.mocked(store.update).mock.results.map((result) => result.value));
  expect(won.filter(Boolean)).toHaveLength(1);
});

test("a sealed session that nobody touches is not even decrypted", async () => {
  const { browser, sessions } = setUp({ stored: false });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  vi.mocked(nodeCrypto.createDecipheriv).mockClear();
  const exchange = testExchange({ cookie: visitor.cookie });
  await sessions.open(exchange);
  expect(vi.mocked(nodeCrypto.createDecipheriv).mock.calls).toHaveLength(0);
  expect([...exchange.headers]).toEqual([]);
});

test("creating sessions derives no key", () => {
  vi.mocked(nodeCrypto.hkdfSync).mockClear();
  createSessions({ password: `${PASSWORD}, which nobody else uses` });
  expect(vi.mocked(nodeCrypto.hkdfSync).mock.calls).toHaveLength(0);
});
