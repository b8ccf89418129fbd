import { describe, expect, test } from "vitest";
import type { Session } from "../../src/session.ts";
import type { SessionStore } from "../../src/stores/store.ts";
import { testExchange } from "../../src/testing/index.ts";
import { errorOf, MINUTE, recordsIn, rejections, setCookies, setUp } from "./harness.ts";

type Loose = Record<string, unknown>;
type Method = "find" | "insert" | "update" | "delete" | "findByUser" | "deleteByUser" | "deleteExpired";

const fault = new Error("connect ECONNREFUSED postgres://admin:canary-password@db:5432");

/** Makes one method fail until it is mended, by a rejection or by throwing there and then. */
function breakStore(
  store: Required<SessionStore>,
  method: Method,
  how: "rejects" | "throws" = "rejects",
): () => void {
  const working = store[method];
  const broken = (): Promise<never> => {
    if (how === "throws") throw fault;
    return Promise.reject(fault);
  };
  Object.assign(store, { [method]: broken });
  return () => Object.assign(store, { [method]: working });
}

async function expectStoreError(call: () => unknown): Promise<void> {
  const error = await errorOf(call);
  expect(error.code).toBe("ERR_SESSION_STORE");
  expect(error.cause).toBe(fault);
  expect(error.message).not.toMatch(/canary|postgres|ECONN/);
}

async function loggedIn() {
  const given = setUp<Loose>({ stored: true });
  const visitor = given.browser();
  await visitor.visit((session) => session.update({ userId: 7, theme: "dark" }));
  return { ...given, visitor };
}

describe.each(["rejects", "throws"] as const)("a store that %s", (how) => {
  test("makes no visitor anonymous: opening is an error, every time it is tried in the request", async () => {
    const { store, visitor, sessions, events } = await loggedIn();
    const mend = breakStore(store, "find", how);
    const exchange = testExchange({ cookie: visitor.cookie });
    await expectStoreError(() => sessions.open(exchange));
    await expectStoreError(() => sessions.open(exchange));
    expect(setCookies(exchange)).toEqual([]);
    expect(rejections(events)).toEqual([]);
    mend();
    expect((await visitor.visit()).session.data["userId"]).toBe(7);
  });

  test("starts no session that is not kept", async () => {
    const { store, browser, events } = setUp<Loose>({ stored: true });
    const mend = breakStore(store, "insert", how);
    const visitor = browser();
    const { exchange } = await visitor.visit(async (session) => {
      await expectStoreError(() => session.update({ userId: 7 }));
      expect([session.state, session.data, session.id]).toEqual(["fresh", {}, undefined]);
    });
    expect(setCookies(exchange)).toEqual([]);
    expect(events).toEqual([]);
    mend();
    await visitor.visit((session) => session.update({ userId: 7 }));
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
  });

  test("shows no data that was not kept, and takes the update again once it works", async () => {
    const { store, visitor } = await loggedIn();
    await visitor.visit(async (session) => {
      const mend = breakStore(store, "update", how);
      await expectStoreError(() => session.update({ theme: "light" }));
      await expectStoreError(() => session.flash.set("notice", 1));
      expect([session.state, session.data]).toEqual(["loaded", { userId: 7, theme: "dark" }]);
      mend();
      await session.update({ theme: "light" });
    });
    expect((await visitor.visit()).session.data["theme"]).toBe("light");
  });

  test("lets a logout that failed be an error, with the session as it was, until it succeeds", async () => {
    const { store, visitor, events } = await loggedIn();
    const { exchange } = await visitor.visit(async (session) => {
      const mend = [breakStore(store, "delete", how), breakStore(store, "update", how)];
      await expectStoreError(() => session.clear());
      expect([session.state, session.data["userId"]]).toEqual(["loaded", 7]);
      await expectStoreError(() => session.update(() => ({ userId: undefined, theme: undefined })));
      expect([session.state, session.data["userId"]]).toEqual(["loaded", 7]);
      expect(events.filter(({ type }) => type === "destroyed")).toEqual([]);
      for (const mendOne of mend) mendOne();
      await session.clear();
    });
    expect(setCookies(exchange)).toHaveLength(1);
    expect(await recordsIn(store)).toEqual([]);
  });

  const changes: { change: string; run: (session: Session<Loose>) => Promise<unknown> }[] = [
    { change: "rotation", run: (session) => session.rotate() },
    { change: "switch of user", run: (session) => session.update({ userId: 8 }) },
  ];

  describe.each(changes)("at a $change", ({ run }) => {
    test.each(["insert", "update"] as const)(
      "that fails at %s leaves the old token and nothing else",
      async (method) => {
        const { store, visitor, events } = await loggedIn();
        const { cookie } = visitor;
        const { exchange } = await visitor.visit(async (session) => {
          const mend = breakStore(store, method, how);
          await expectStoreError(() => run(session));
          expect([session.state, session.data]).toEqual(["loaded", { userId: 7, theme: "dark" }]);
          mend();
        });
        expect(setCookies(exchange)).toEqual([]);
        expect(events.map(({ type }) => type)).toEqual(["created"]);
        expect(await recordsIn(store)).toHaveLength(1);
        expect(visitor.cookie).toBe(cookie);
        expect((await visitor.visit()).session.data["userId"]).toBe(7);
      },
    );

    test("that fails at tidying up is done all the same: the old token is dead, the new one alive", async () => {
      const { store, visitor, browser } = await loggedIn();
      const { cookie } = visitor;
      await visitor.visit(async (session) => {
        const mend = breakStore(store, "delete", how);
        await run(session);
        mend();
      });
      expect(visitor.cookie).not.toBe(cookie);
      expect((await visitor.visit()).session.data["theme"]).toBe("dark");
      expect((await browser(cookie).visit()).session.data).toEqual({});
      expect(await recordsIn(store)).toHaveLength(1);
    });
  });

  test("answers no list and no count", async () => {
    expect.hasAssertions();
    const { store, sessions, visitor } = await loggedIn();
    const { id } = (await visitor.visit()).session;
    for (const method of ["find", "findByUser", "deleteByUser", "deleteExpired"] as const)
      breakStore(store, method, how);
    await expectStoreError(() => sessions.list(7));
    await expectStoreError(() => sessions.revoke(id!));
    await expectStoreError(() => sessions.revokeUser(7));
    await expectStoreError(() => sessions.onRevoked(id!, () => undefined));
    await expectStoreError(() => sessions.sweep());
  });
});

test("a touch that fails is an error too: a store that cannot write cannot log anybody out", async () => {
  const { store, visitor, clock } = await loggedIn();
  clock.advance(5 * MINUTE);
  const mend = breakStore(store, "update");
  await expectStoreError(() => visitor.start());
  mend();
  expect((await visitor.visit()).session.data["userId"]).toBe(7);
});
