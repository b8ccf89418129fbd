import { expect, test, vi } from "vitest";
import { codeOf, setUp, type Setup } from "./harness.ts";

async function loggedIn(): Promise<Setup & { visitor: ReturnType<Setup["browser"]>; cookie: string }> {
  const given = setUp({ stored: true });
  const visitor = given.browser();
  await visitor.visit((session) => session.update({ userId: 7, count: 0 }));
  return { ...given, visitor, cookie: visitor.cookie! };
}

test("a logout that arrives after another request has replaced its token ends the session all the same", async () => {
  const { sessions, visitor, browser, cookie } = await loggedIn();
  // The browser sends both with the same cookie; the answer of the first is not there yet.
  const late = browser(cookie);
  await visitor.visit((session) => session.rotate());
  await late.visit((session) => session.clear());

  expect(late.cookie).toBeUndefined();
  expect(await sessions.list(7)).toEqual([]);
  expect((await visitor.visit()).session.data).toEqual({});
});

test("a logout that arrives after a login has replaced its token does not end that login", async () => {
  const { browser } = setUp({ stored: true });
  const visitor = browser();
  await visitor.visit((session) => session.update({ theme: "dark" }));
  const late = browser(visitor.cookie);
  await visitor.visit((session) => session.update({ userId: 7 }));
  await late.visit((session) => session.clear());
  expect((await visitor.visit()).session.data).toMatchObject({ userId: 7 });
});

test("a function that cannot start from nothing is told that the session ended, and not what it stumbled over", async () => {
  const { visitor, sessions } = await loggedIn();
  const { session } = await visitor.start();
  await sessions.revokeUser(7);
  const count = (draft: { count: number }): void => {
    draft.count++;
  };
  const nested = (draft: { cart: { items: string[] } }) => draft.cart.items.push("wand");
  expect(await codeOf(() => session.update(count))).toBe("ERR_SESSION_REVOKED");

  const other = await loggedIn();
  await other.visitor.visit((one) => one.update({ cart: { items: [] } }));
  const late = await other.visitor.start();
  await other.sessions.revokeUser(7);
  expect(await codeOf(() => late.session.update(nested))).toBe("ERR_SESSION_REVOKED");
});

test("a hundred parallel updates do not queue at the store to hear that they came too late", async () => {
  const { visitor, store } = await loggedIn();
  const visits = await Promise.all(Array.from({ length: 100 }, () => visitor.start()));
  vi.mocked(store.update).mockClear();
  const updates = visits.map(({ session }) =>
    session.update((draft: { count: number }) => {
      draft.count++;
    }),
  );
  await Promise.all(updates);
  expect((await visitor.visit()).session.data["count"]).toBe(100);
  expect(vi.mocked(store.update).mock.calls.length).toBeLessThanOrEqual(101);
});
