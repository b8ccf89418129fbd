import { describe, expect, test } from "vitest";
import { HOUR, kinds, MINUTE, rejections, SECOND, setCookies, setUp, type Kind } from "./harness.ts";

const IDLE = 30 * MINUTE;
const ABSOLUTE = 12 * HOUR;

async function loggedIn(kind: Kind, options: Parameters<typeof setUp>[1] = {}) {
  const given = setUp<Record<string, unknown>>(kind, options as object);
  const visitor = given.browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  return { ...given, visitor, start: given.clock.now() };
}

describe.each(kinds)("a $kind session", (kind) => {
  test("lives until the idle limit, to the millisecond", async () => {
    const { visitor, clock, start } = await loggedIn(kind);
    const { cookie } = visitor;
    clock.set(start + IDLE - 1);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
    const other = await loggedIn(kind);
    other.clock.set(other.start + IDLE);
    expect((await other.visitor.visit()).session.data).toEqual({});
    expect(cookie).toBeDefined();
  });

  test("lives until the absolute limit, to the millisecond, however busy the visitor is", async () => {
    const { visitor, clock, start, events } = await loggedIn(kind);
    for (let at = 10 * MINUTE; at < ABSOLUTE; at += 10 * MINUTE) {
      clock.set(start + at);
      const { session } = await visitor.visit();
      expect(session.data).toEqual({ userId: 7 });
      expect(session.expiresAt).toBe(start + Math.min(at + IDLE, ABSOLUTE));
    }
    clock.set(start + ABSOLUTE - 1);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
    clock.set(start + ABSOLUTE);
    expect((await visitor.visit()).session.data).toEqual({});
    expect(rejections(events)).toEqual([kind.stored ? "not-found" : "expired"]);
  });

  test("tells its moments", async () => {
    const { visitor, clock, start } = await loggedIn(kind);
    clock.advance(MINUTE);
    const { session } = await visitor.visit();
    expect([session.createdAt, session.authenticatedAt]).toEqual([start, start]);
    expect([session.lastSeenAt, session.expiresAt]).toEqual([start + MINUTE, start + MINUTE + IDLE]);
  });

  test("an update notes the visitor too", async () => {
    const { visitor, clock } = await loggedIn(kind);
    clock.advance(30 * SECOND);
    const { session } = await visitor.visit((one) => one.update({ theme: "dark" }));
    expect([session.lastSeenAt, session.expiresAt]).toEqual([clock.now(), clock.now() + IDLE]);
  });

  test("dies at most touchInterval early for a visitor who comes back in time", async () => {
    const { visitor, clock, start } = await loggedIn(kind);
    clock.set(start + MINUTE - 1);
    await visitor.visit();
    clock.set(start + IDLE - 1);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
    clock.set(start + MINUTE + IDLE);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
  });

  test("rotate() and other data do not move the absolute end", async () => {
    const { visitor, clock, start } = await loggedIn(kind, { idleTimeout: 12 * 3600 });
    for (let n = 1; n <= 11; n++) {
      clock.set(start + n * HOUR);
      await visitor.visit(async (session) => {
        await session.update({ n });
        await session.rotate();
      });
    }
    expect((await visitor.visit()).session.expiresAt).toBe(start + ABSOLUTE);
    clock.set(start + ABSOLUTE);
    expect((await visitor.visit()).session.data).toEqual({});
  });

  test("login starts a new life, and the same user's data does not", async () => {
    const { browser, clock } = setUp<Record<string, unknown>>(kind, { idleTimeout: 12 * 3600 });
    const visitor = browser();
    await visitor.visit((session) => session.update({ theme: "dark" }));
    const first = clock.now();
    clock.advance(HOUR);
    await visitor.visit((session) => session.update({ theme: "light" }));
    expect((await visitor.visit()).session.createdAt).toBe(first);
    const login = await visitor.visit((session) => session.update({ userId: 7 }));
    expect([login.session.createdAt, login.session.authenticatedAt]).toEqual([clock.now(), clock.now()]);
    clock.advance(ABSOLUTE - 1);
    expect((await visitor.visit()).session.data["userId"]).toBe(7);
    clock.advance(1);
    expect((await visitor.visit()).session.data).toEqual({});
  });

  test("keeps the idle limit under which it began when the options change", async () => {
    const { visitor, clock, store, browser } = await loggedIn(kind);
    const shorter = setUp(kind, { clock, idleTimeout: 60, ...(kind.stored ? { store } : {}) });
    clock.advance(10 * MINUTE);
    expect((await shorter.browser(visitor.cookie).visit()).session.data).toEqual({ userId: 7 });
    expect(browser).toBeTypeOf("function");
  });
});

describe.each(kinds)("when the clock jumps, a $kind session", (kind) => {
  test("made less than a minute in the future is accepted, and later ones are not", async () => {
    const { visitor, clock, start, events } = await loggedIn(kind);
    clock.set(start - MINUTE);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
    clock.set(start - MINUTE - 1);
    expect((await visitor.visit()).session.data).toEqual({});
    expect(rejections(events)).toEqual(["not-yet-valid"]);
    clock.set(start);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
  });

  test("never goes back in its own time", async () => {
    const { visitor, clock, start } = await loggedIn(kind);
    clock.set(start + 20 * MINUTE);
    await visitor.visit();
    clock.set(start + 5 * MINUTE);
    const { session } = await visitor.visit((one) => one.update({ theme: "dark" }));
    expect(session.lastSeenAt).toBe(start + 20 * MINUTE);
    expect(session.expiresAt).toBe(start + 20 * MINUTE + IDLE);
    clock.set(start + 20 * MINUTE + IDLE - 1);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7, theme: "dark" });
  });

  test("stays dead after a jump beyond its end and back only if nobody came by, and never lives past it", async () => {
    const { visitor, clock, start } = await loggedIn(kind);
    for (const jump of [ABSOLUTE, 365 * 24 * HOUR, ABSOLUTE + 1]) {
      clock.set(start + jump);
      const { session, exchange } = await visitor.visit();
      expect(session.data).toEqual({});
      expect(setCookies(exchange)).toEqual([]);
    }
  });

  test("is rotated and ended whatever the time is", async () => {
    const { visitor, clock, start, browser } = await loggedIn(kind);
    const { cookie } = visitor;
    clock.set(start - MINUTE);
    await visitor.visit((session) => session.rotate());
    // A sealed token cannot be called back.
    expect((await browser(cookie).visit()).session.data).toEqual(kind.stored ? {} : { userId: 7 });
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
    await visitor.visit((session) => session.clear());
    expect(visitor.cookie).toBeUndefined();
  });
});

test("a sealed session lives through midnight, though the key changes", async () => {
  const { visitor, clock, start } = await loggedIn({ kind: "sealed", stored: false });
  clock.set(start + 24 * HOUR - 1);
  await visitor.visit((session) => session.update({ userId: 8 }));
  const before = visitor.cookie!.split(".")[2];
  clock.advance(2 * MINUTE);
  expect((await visitor.visit()).session.data).toEqual({ userId: 8 });
  expect(Number(visitor.cookie!.split(".")[2])).toBe(Number(before) + 1);
});

test.each(kinds)("the longest $kind session lives 400 days", async (kind) => {
  const day = 24 * 3600;
  const { visitor, clock, start } = await loggedIn(kind, {
    absoluteTimeout: 400 * day,
    idleTimeout: 400 * day,
    touchInterval: 399 * day,
  });
  clock.set(start + 400 * day * SECOND - 1);
  expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
  clock.advance(1);
  expect((await visitor.visit()).session.data).toEqual({});
});
