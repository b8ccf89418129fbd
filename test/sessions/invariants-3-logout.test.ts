import { describe, expect, test } from "vitest";
import type { StandardSchema } from "../../src/core/standard-schema.ts";
import type { Session } from "../../src/session.ts";
import { createSessions } from "../../src/sessions.ts";
import { testExchange } from "../../src/testing/index.ts";
import { codeOf, gate, kinds, recordsIn, setCookies, setUp } from "./harness.ts";

const loggedIn = { userId: 7, theme: "dark" };

/** What a request in flight may still try after somebody else ended the session. */
const lateWrites: { write: string; run: (session: Session<Record<string, unknown>>) => Promise<unknown> }[] =
  [
    { write: "a patch", run: (session) => session.update({ cart: [1] }) },
    { write: "a patch with the user", run: (session) => session.update({ userId: 7, cart: [1] }) },
    { write: "another user", run: (session) => session.update({ userId: 8 }) },
    { write: "a function", run: (session) => session.update((draft) => void (draft.cart = [1])) },
    {
      write: "an async function",
      run: (session) =>
        session.update(async (draft) => {
          await Promise.resolve();
          draft.cart = [1];
        }),
    },
    { write: "a flash value", run: (session) => session.flash.set("notice", "saved") },
  ];

describe.each(kinds)("a $kind session that ended in this request", (kind) => {
  test("does not come back by a later update", async () => {
    const { browser, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    const old = (await visitor.visit()).session.id;
    await visitor.visit(async (session) => {
      await session.clear();
      expect([session.state, session.id, session.data]).toEqual(["destroyed", undefined, {}]);
      await session.update({ notice: "bye" });
      expect(session.data).toEqual({ notice: "bye" });
    });
    const { session } = await visitor.visit();
    expect(session.data).toEqual({ notice: "bye" });
    expect(session.id).not.toBe(old);
    expect(session.authenticatedAt).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(["created", "destroyed", "created"]);
  });

  test("is over for whoever asks for it a second time", async () => {
    const { browser, sessions } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    await visitor.visit(async (session, exchange) => {
      await session.clear();
      expect((await sessions.open(exchange)).data).toEqual({});
    });
    expect(visitor.cookie).toBeUndefined();
  });

  test("is not brought back by an update that began before", async () => {
    const { browser, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    const { opened, open } = gate();
    await visitor.visit(async (session) => {
      const update = codeOf(() =>
        session.update(async (draft) => {
          await opened;
          draft.cart = [1];
        }),
      );
      await session.clear();
      open();
      expect(await update).toBe("ERR_SESSION_REVOKED");
      expect(session.data).toEqual({});
    });
    expect(visitor.cookie).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
  });

  test("ends although an update is being written at that moment", async () => {
    const { browser, store } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    await visitor.visit(async (session) => {
      const [update] = await Promise.allSettled([session.update({ cart: [1] }), session.clear()]);
      expect(["fulfilled", "rejected"]).toContain(update.status);
      expect([session.state, session.data]).toEqual(["destroyed", {}]);
    });
    expect(visitor.cookie).toBeUndefined();
    expect(await recordsIn(store)).toEqual([]);
  });

  test("ends when it was made in the same request, before it was ever kept", async () => {
    const { browser, store } = setUp(kind);
    const visitor = browser();
    await visitor.visit(async (session) => {
      await Promise.allSettled([session.update(loggedIn), session.clear()]);
      expect(session.data).toEqual({});
    });
    expect((await visitor.visit()).session.data).toEqual({});
    expect(await recordsIn(store)).toEqual([]);
  });

  test("by an update that leaves nothing is not brought back by an update that began before", async () => {
    const { browser } = setUp<Record<string, unknown>>(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const { opened, open } = gate();
    await visitor.visit(async (session) => {
      const update = codeOf(() => session.update(() => opened.then(() => ({ cart: [1] }))));
      await session.update({ userId: undefined });
      open();
      expect(await update).toBe("ERR_SESSION_REVOKED");
      expect(session.data).toEqual({});
    });
    expect(visitor.cookie).toBeUndefined();
  });

  test("can be cleared twice, at once or in turn", async () => {
    const { browser, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    const { exchange } = await visitor.visit(async (session) => {
      await Promise.all([session.clear(), session.clear()]);
      await session.clear();
    });
    expect(setCookies(exchange)).toHaveLength(1);
    expect(events.filter(({ type }) => type === "destroyed")).toHaveLength(1);
  });

  test("clearing takes away a cookie that does not open", async () => {
    const { browser } = setUp(kind);
    const { session, exchange } = await browser("__Host-session=nonsense").visit((one) => one.clear());
    expect(session.state).toBe("destroyed");
    expect(setCookies(exchange)).toEqual([
      "__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
    ]);
  });
});

/** Two requests of one visitor: both have loaded the session, then one of them ends it. */
async function inFlight(end: (session: Session<Record<string, unknown>>) => Promise<unknown>) {
  const given = setUp<Record<string, unknown>>({ stored: true });
  const visitor = given.browser();
  await visitor.visit((session) => session.update(loggedIn));
  const { cookie } = visitor;
  const [a, b] = [await visitor.start(), await visitor.start()];
  expect(a.session.data["userId"]).toBe(7);
  await end(b.session);
  visitor.receive(b);
  return { ...given, visitor, cookie, a };
}

const endings: { ending: string; end: (session: Session<Record<string, unknown>>) => Promise<unknown> }[] = [
  { ending: "clear()", end: (session) => session.clear() },
  {
    ending: "an update that leaves nothing",
    end: (session) => session.update(() => ({ userId: undefined, theme: undefined })),
  },
  { ending: "a logout that leaves other data", end: (session) => session.update({ userId: undefined }) },
];

describe.each(endings)("a stored session that another request ended by $ending", ({ end }) => {
  test.each(lateWrites)("refuses $write of a request in flight", async ({ run }) => {
    const { a, sessions, visitor, cookie, browser } = await inFlight(end);
    expect(await codeOf(() => run(a.session))).toBe("ERR_SESSION_REVOKED");
    expect([a.session.state, a.session.data, a.session.id]).toEqual(["destroyed", {}, undefined]);
    expect(setCookies(a.exchange)).toEqual([]);
    visitor.receive(a);
    expect(await sessions.list(7)).toEqual([]);
    expect(await sessions.list(8)).toEqual([]);
    for (const key of [cookie, visitor.cookie])
      expect((await browser(key).visit()).session.data["userId"]).toBeUndefined();
  });

  test("refuses all updates that a request in flight began at once", async () => {
    const { a, sessions } = await inFlight(end);
    const { opened, open } = gate();
    const slow = codeOf(() => a.session.update(() => opened.then(() => ({ slow: true }))));
    const codes = Array.from({ length: 5 }, (_, n) => codeOf(() => a.session.update({ [`k${n}`]: n })));
    expect(new Set(await Promise.all(codes))).toEqual(new Set(["ERR_SESSION_REVOKED"]));
    open();
    expect(await slow).toBe("ERR_SESSION_REVOKED");
    expect([a.session.data, setCookies(a.exchange)]).toEqual([{}, []]);
    expect(await sessions.list(7)).toEqual([]);
  });

  test("refuses the rotation of a request in flight, and takes the new record back", async () => {
    const { a, sessions, store, visitor, cookie, browser } = await inFlight(end);
    expect(await codeOf(() => a.session.rotate())).toBe("ERR_SESSION_REVOKED");
    expect(setCookies(a.exchange)).toEqual([]);
    expect(await sessions.list(7)).toEqual([]);
    expect((await recordsIn(store)).filter(({ userId }) => userId === "7")).toEqual([]);
    expect((await browser(cookie).visit()).session.data).toEqual({});
    expect((await visitor.visit()).session.data["userId"]).toBeUndefined();
  });

  test("lets a logout that came too late be one", async () => {
    const { a, sessions } = await inFlight(end);
    await a.session.update(() => ({ userId: undefined, theme: undefined }));
    expect(a.session.data).toEqual({});
    await a.session.clear();
    expect(await sessions.list(7)).toEqual([]);
  });
});

describe("a stored session that was ended from outside", () => {
  test.each(lateWrites)("by revokeUser refuses $write of a request in flight", async ({ run }) => {
    const { browser, sessions } = setUp<Record<string, unknown>>({ stored: true });
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    const a = await visitor.start();
    expect(await sessions.revokeUser(7)).toBe(1);
    expect(await codeOf(() => run(a.session))).toBe("ERR_SESSION_REVOKED");
    expect(await sessions.list(7)).toEqual([]);
    expect((await visitor.visit()).session.data).toEqual({});
  });

  test("is over for the request that revoked itself", async () => {
    const { browser, sessions } = setUp<Record<string, unknown>>({ stored: true });
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    await visitor.visit(async (session) => {
      await sessions.revoke(session.id!);
      expect(await codeOf(() => session.update({ cart: [1] }))).toBe("ERR_SESSION_REVOKED");
      expect(session.data).toEqual({});
    });
  });

  test("by its expiry does not come back by an update either", async () => {
    const { browser, clock, sessions } = setUp<Record<string, unknown>>({ stored: true });
    const visitor = browser();
    await visitor.visit((session) => session.update(loggedIn));
    const { session } = await visitor.start();
    clock.advance(30 * 60_000);
    expect(await codeOf(() => session.update({ cart: [1] }))).toBe("ERR_SESSION_REVOKED");
    expect(await sessions.list(7)).toEqual([]);
  });
});

test("a sealed session whose time ran out during the request is not prolonged by an update", async () => {
  const { browser, clock } = setUp({ stored: false });
  const visitor = browser();
  await visitor.visit((session) => session.update(loggedIn));
  const { session, exchange } = await visitor.start();
  expect(session.data["userId"]).toBe(7);
  clock.advance(30 * 60_000);
  expect(await codeOf(() => session.update({ cart: [1] }))).toBe("ERR_SESSION_REVOKED");
  expect(setCookies(exchange)).toEqual([]);
});

describe("a session whose data this node cannot use", () => {
  const noTheme: StandardSchema<Record<string, unknown>> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        "theme" in (value as object) ? { issues: [{ message: "no theme" }] } : { value: value as never },
    },
  };

  test.each([
    ["of another version", { version: 2 }],
    ["that its schema refuses", { schema: noTheme }],
  ])("(%s) is over everywhere after a logout, and after a login", async (_what, options) => {
    for (const leave of [
      (session: Session<Record<string, unknown>>) => session.clear(),
      (session: Session<Record<string, unknown>>) => session.update({ userId: 8 }),
    ]) {
      const { store, clock, browser } = setUp<Record<string, unknown>>({ stored: true });
      const visitor = browser();
      await visitor.visit((session) => session.update(loggedIn));
      const { cookie } = visitor;
      const other = createSessions<Record<string, unknown>>({ store, now: clock.now, ...options });
      const exchange = testExchange({ cookie: cookie! });
      const session = await other.open(exchange);
      expect(session.data).toEqual({});
      await leave(session);
      expect((await browser(cookie).visit()).session.data).toEqual({});
    }
  });
});
