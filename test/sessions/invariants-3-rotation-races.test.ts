import { expect, test } from "vitest";
import type { Session } from "../../src/session.ts";
import { codeOf, gate, interrupt, MINUTE, setCookies, setUp, type Setup } from "./harness.ts";

const STEPS = ["insert", "update"] as const;

async function loggedIn(): Promise<Setup & { visitor: ReturnType<Setup["browser"]>; cookie: string }> {
  const given = setUp({ stored: true });
  const visitor = given.browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  return { ...given, visitor, cookie: visitor.cookie! };
}

const moments = STEPS.flatMap((step) => [
  { step, when: "before" as const },
  { step, when: "after" as const },
]);

test.each(moments)(
  "revokeUser $when the $step of a rotation leaves no session alive",
  async ({ step, when }) => {
    const { sessions, store, visitor, cookie, browser } = await loggedIn();
    const a = await visitor.start();
    interrupt(store, step, when, () => sessions.revokeUser(7));
    await a.session.rotate().catch(() => undefined);
    visitor.receive(a);
    // A rotation that was finished in good time has made a session that the revocation did not see.
    await sessions.revokeUser(7);
    expect(await sessions.list(7)).toEqual([]);
    for (const key of [cookie, visitor.cookie]) expect((await browser(key).visit()).session.data).toEqual({});
  },
);

test.each(moments)(
  "an acknowledged revokeUser $when the $step of a rotation ends the new token too",
  async ({ step, when }) => {
    const { sessions, store, visitor, cookie, browser } = await loggedIn();
    const a = await visitor.start();
    interrupt(store, step, when, () => sessions.revokeUser(7));
    await a.session.rotate().catch(() => undefined);
    visitor.receive(a);
    expect(await sessions.list(7)).toEqual([]);
    for (const key of [cookie, visitor.cookie]) expect((await browser(key).visit()).session.data).toEqual({});
  },
);

test.each(moments)(
  "a logout by another request $when the $step of a rotation ends the new token too",
  async ({ step, when }) => {
    const { sessions, store, visitor, cookie, browser } = await loggedIn();
    const [a, b] = [await visitor.start(), await visitor.start()];
    interrupt(store, step, when, () => b.session.clear());
    await a.session.rotate().catch(() => undefined);
    visitor.receive(b);
    visitor.receive(a);
    expect(await sessions.list(7)).toEqual([]);
    for (const key of [cookie, visitor.cookie]) expect((await browser(key).visit()).session.data).toEqual({});
  },
);

test("a logout with the token from before a rotation ends the session, though the rotation is done", async () => {
  const { sessions, visitor, browser } = await loggedIn();
  const [a, b] = [await visitor.start(), await visitor.start()];
  await a.session.rotate();
  await b.session.clear();
  visitor.receive(b);
  visitor.receive(a);
  expect(await sessions.list(7)).toEqual([]);
  expect((await browser(visitor.cookie).visit()).session.data).toEqual({});
});

test("revokeUser reaches a session that changes its token between a store's finding and deleting", async () => {
  const { sessions, store, visitor } = await loggedIn();
  const a = await visitor.start();
  let rotated = false;
  store.deleteByUser = async (userId) => {
    const found = await store.findByUser(userId);
    if (!rotated) await a.session.rotate();
    rotated = true;
    for (const { id } of found) await store.delete(id);
    return found.length;
  };
  await sessions.revokeUser(7);
  visitor.receive(a);
  expect(await sessions.list(7)).toEqual([]);
  expect((await visitor.visit()).session.data).toEqual({});
});

test.each([
  { how: "the seed's update", end: (session: Session) => session.update(() => ({ userId: undefined })) },
  { how: "clear()", end: (session: Session) => session.clear() },
])("a logout by $how follows a session through two rotations", async ({ end }) => {
  const { sessions, visitor, browser } = await loggedIn();
  const late = await visitor.start();
  const cookies: (string | undefined)[] = [];
  for (let n = 0; n < 2; n++) {
    await visitor.visit((session) => session.rotate());
    cookies.push(visitor.cookie);
  }
  await end(late.session as Session);
  expect(await sessions.list(7)).toEqual([]);
  for (const cookie of cookies) expect((await browser(cookie).visit()).session.data).toEqual({});
});

test("what a rotation leaves behind is swept after five minutes, and nothing before", async () => {
  const { sessions, visitor, clock } = await loggedIn();
  await visitor.visit((session) => session.rotate());
  clock.advance(5 * MINUTE - 1);
  expect(await sessions.sweep()).toBe(0);
  clock.advance(1);
  expect(await sessions.sweep()).toBe(1);
  expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
});

test("revoke() by an id from before a rotation ends the session", async () => {
  const { sessions, visitor } = await loggedIn();
  const id = (await visitor.visit()).session.id!;
  await visitor.visit((session) => session.rotate());
  await sessions.revoke(id);
  expect((await visitor.visit()).session.data).toEqual({});
});

const noLogouts: { write: string; run: (session: Session) => Promise<unknown> }[] = [
  { write: "reads", run: async ({ data }) => data },
  { write: "updates", run: (session) => session.update({ theme: "light" }) },
  { write: "updates nothing", run: (session) => session.update({}) },
  { write: "removes a value", run: (session) => session.update({ theme: undefined }) },
  { write: "takes a flash value", run: (session) => session.flash.take("notice") },
  { write: "rotates", run: (session) => session.rotate() },
];

test.each(noLogouts)(
  "a request in flight that $write neither ends nor sees the session that was rotated meanwhile",
  async ({ run }) => {
    const { browser } = setUp({ stored: true });
    const visitor = browser();
    await visitor.visit((session) => session.update({ theme: "planted" }));
    const late = await visitor.start();
    await visitor.visit(async (session) => {
      await session.update({ userId: 7, secret: "of the victim" });
      await session.flash.set("notice", "for the victim");
    });
    const outcome = await run(late.session as Session).catch((error: unknown) => error);
    expect(JSON.stringify([outcome, late.session.data])).not.toContain("victim");
    expect(setCookies(late.exchange)).toEqual([]);
    const { session } = await visitor.visit();
    expect(session.data).toEqual({ theme: "planted", userId: 7, secret: "of the victim" });
  },
);

test("clearing a session from before a login does not end that login", async () => {
  const { browser, sessions } = setUp({ stored: true });
  const visitor = browser();
  await visitor.visit((session) => session.update({ theme: "planted" }));
  const planter = await visitor.start();
  await visitor.visit((session) => session.update({ userId: 7 }));
  await planter.session.clear();
  expect(await sessions.list(7)).toHaveLength(1);
  expect((await visitor.visit()).session.data).toEqual({ theme: "planted", userId: 7 });
});

test("of two rotations in flight one wins, and one session is left", async () => {
  const { sessions, visitor } = await loggedIn();
  const [a, b] = [await visitor.start(), await visitor.start()];
  const outcomes = await Promise.allSettled([a.session.rotate(), b.session.rotate()]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  visitor.receive(a);
  visitor.receive(b);
  expect(await sessions.list(7)).toHaveLength(1);
  expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
});

test("an update that a rotation overtakes is refused, not lost", async () => {
  const { visitor } = await loggedIn();
  const [a, b] = [await visitor.start(), await visitor.start()];
  const { open, opened } = gate();
  const update = codeOf(() =>
    b.session.update(async (draft) => {
      await opened;
      draft["cart"] = [1];
    }),
  );
  await a.session.rotate();
  open();
  expect(await update).toBe("ERR_SESSION_REVOKED");
  visitor.receive(a);
  expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
});
