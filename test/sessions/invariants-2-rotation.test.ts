import { describe, expect, test } from "vitest";
import { HOUR, kinds, recordsIn, setCookies, setUp, tokenIn, type Kind } from "./harness.ts";

type UserSession = { userId?: number | string | undefined };

/** A session that an attacker started and planted in somebody's browser. */
async function planted(kind: Kind) {
  const given = setUp(kind);
  const attacker = given.browser();
  await attacker.visit((session) => session.update({ cart: ["planted"] }));
  return { ...given, attacker, victim: given.browser(attacker.cookie) };
}

const changes = [
  { change: "login", from: undefined, to: 7 },
  { change: "login with a string", from: undefined, to: "a7b" },
  { change: "switch", from: 7, to: 8 },
  { change: "switch between a number and its string", from: 7, to: "7" },
  { change: "logout that leaves other data", from: 7, to: undefined },
];

describe.each(kinds)("a change of user in a $kind session", (kind) => {
  test.each(changes)("replaces id and token at a $change", async ({ from, to }) => {
    const { browser, store, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: from, theme: "dark" }));
    const before = { id: (await visitor.visit()).session.id!, cookie: visitor.cookie };
    events.length = 0;

    const changed = await visitor.visit((one) => one.update({ userId: to }));
    expect(changed.session.id).not.toBe(before.id);
    expect(tokenIn(visitor.cookie)).not.toBe(tokenIn(before.cookie));
    expect(setCookies(changed.exchange)).toHaveLength(1);
    const { session: after } = await visitor.visit();
    expect(after.id).toBe(changed.session.id);
    expect(after.data).toEqual(to === undefined ? { theme: "dark" } : { userId: to, theme: "dark" });
    expect(events).toMatchObject([
      {
        type: "rotated",
        id: changed.session.id,
        previousId: before.id,
        userId: to === undefined ? undefined : String(to),
        cause: "user-changed",
      },
    ]);
    expect((await recordsIn(store)).map(({ id }) => id)).not.toContain(before.id);
    const old = (await browser(before.cookie).visit()).session;
    // A sealed token cannot be called back: it keeps saying what it said.
    expect(old.data).toEqual(kind.stored ? {} : JSON.parse(JSON.stringify({ userId: from, theme: "dark" })));
  });

  test("the seed's login is safe against a planted session", async () => {
    const { browser, attacker, victim } = await planted(kind);
    const user = { id: 7 } as { id: number } | undefined;
    await victim.visit((session) => session.update((d: UserSession) => (d.userId = user!.id)));
    expect((await victim.visit()).session.data).toEqual({ userId: 7, cart: ["planted"] });
    const { session } = await attacker.visit();
    expect(session.data["userId"]).toBeUndefined();
    expect(tokenIn(attacker.cookie)).not.toBe(tokenIn(victim.cookie));
    expect((await browser(attacker.cookie).visit()).session.authenticatedAt).toBeUndefined();
  });

  test("the seed's logout ends the session that it leaves empty", async () => {
    const { browser, store, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update((d: UserSession) => (d.userId = 7)));
    const { cookie } = visitor;
    const { session } = await visitor.visit((one) => one.update((d: UserSession) => (d.userId = undefined)));
    expect(session.state).toBe("destroyed");
    expect(visitor.cookie).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
    if (!kind.stored) return;
    expect(await store.findByUser("7")).toEqual([]);
    expect((await browser(cookie).visit()).session.data).toEqual({});
  });

  test.each([{ id: 7 }, { id: 0 }, { id: "a" }, { id: "0042" }, { id: "" }, { id: "ünïcode/😀" }])(
    "stores exactly the user id $id by the seed's login",
    async ({ id }) => {
      const { browser } = setUp(kind);
      const visitor = browser();
      await visitor.visit((session) => session.update((d: UserSession) => (d.userId = id)));
      const { session } = await visitor.visit();
      expect(session.data).toStrictEqual({ userId: id });
      expect(session.authenticatedAt).toBeTypeOf("number");
    },
  );

  test("a change in the first request of a session rotates there and then", async () => {
    const { browser, store } = setUp(kind);
    const visitor = browser();
    const ids: (string | undefined)[] = [];
    const { exchange } = await visitor.visit(async (session) => {
      for (const userId of [undefined, 7, 8]) {
        await session.update({ userId, seen: true });
        ids.push(session.id);
      }
    });
    expect(new Set(ids).size).toBe(3);
    expect(setCookies(exchange)).toHaveLength(1);
    expect((await visitor.visit()).session.data).toEqual({ userId: 8, seen: true });
    if (!kind.stored) return;
    expect((await recordsIn(store)).map(({ id }) => id)).toEqual([ids[2]]);
  });

  test("an update that leaves the user alone keeps the id", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    const { session } = await visitor.visit((one) => one.update({ userId: 7 }));
    const next = await visitor.visit((one) => one.update({ theme: "dark", userId: 7 }));
    expect(next.session.id).toBe(session.id);
  });

  test("rotate() replaces id and token and keeps data, flash and login", async () => {
    const { browser, events, sessions, clock } = setUp(kind);
    const visitor = browser();
    const { session: first } = await visitor.visit(async (session) => {
      await session.update({ userId: 7, theme: "dark" });
      await session.flash.set("notice", "kept");
    });
    const { cookie } = visitor;
    const authenticatedAt = clock.now();
    clock.advance(10_000);
    const { session } = await visitor.visit((one) => one.rotate());
    expect(session.id).not.toBe(first.id);
    expect(session.data).toEqual({ userId: 7, theme: "dark" });
    expect(session.authenticatedAt).toBe(authenticatedAt);
    expect(events.at(-1)).toMatchObject({
      type: "rotated",
      cause: "requested",
      previousId: first.id,
      userId: "7",
    });
    await visitor.visit(async (one) => {
      expect(one.data).toEqual({ userId: 7, theme: "dark" });
      expect(await one.flash.take("notice")).toBe("kept");
    });
    if (!kind.stored) return;
    expect((await browser(cookie).visit()).session.data).toEqual({});
    expect(await sessions.list(7)).toHaveLength(1);
  });

  test("userId of the options decides whose session it is", async () => {
    const { browser, sessions } = setUp<{ account?: { id: string }; userId?: number }>(kind, {
      userId: (data) => data.account?.id,
    });
    const visitor = browser();
    const { session: first } = await visitor.visit((session) => session.update({ userId: 1 }));
    expect(first.authenticatedAt).toBeUndefined();
    const { session } = await visitor.visit((one) => one.update({ account: { id: "x" } }));
    expect(session.id).not.toBe(first.id);
    expect(sessions.userIdOf(session.data)).toBe("x");
  });
});

test("a userId that answers an object is an error, not a rotation at every write", async () => {
  const { browser } = setUp({ stored: false }, { userId: () => ({ id: 7 }) as never });
  await expect(browser().visit((session) => session.update({ a: 1 }))).rejects.toMatchObject({
    code: "ERR_SESSION_CONFIG",
  });
});

test("a new login starts a new life and says when it was", async () => {
  const { browser, clock } = setUp({ stored: true }, { idleTimeout: 2 * 3600 });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  clock.advance(HOUR);
  const { session } = await visitor.visit((one) => one.update({ userId: 8 }));
  expect([session.createdAt, session.authenticatedAt]).toEqual([clock.now(), clock.now()]);
});
