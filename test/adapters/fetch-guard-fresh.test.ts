import { describe, expect, test } from "vitest";
import { useSession } from "../../src/adapters/fetch/index.ts";
import { kinds } from "../sessions/harness.ts";
import { createSessions } from "../../src/sessions.ts";
import { fakeClock } from "../../src/testing/index.ts";
import { requests, setUpGuard, type Data } from "./guard-harness.ts";

const SECOND = 1000;

/** A visitor who is logged in as Ada, and what they do. */
async function setUp(kind: { stored: boolean }) {
  const setup = setUpGuard(kind);
  const { guard, sessions, visitor } = setup;
  const who = visitor();
  const logIn = (userId: number) =>
    who.send(async (it) => {
      const session = await useSession(it, sessions);
      await session.authenticate({ userId }, { methods: ["password"] });
    });
  // As the seed does: with no note of how.
  await who.send(async (it) => (await useSession(it, sessions)).update({ userId: 7 }));
  /** Sends a form that an action handles which wants a fresh password. */
  const submit = (
    fields: Record<string, string | Blob>,
    options: { next?: string; fields?: string[] } = {},
  ) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const fresh = { next: "/staff", fields: ["reason", "note"], form, ...options };
    return who.send((it) => guard.requireFresh(it, fresh), { ...requests.form, path: "/act" });
  };
  const take = async (page = "/staff") =>
    (await who.send((it) => guard.takeForm(it, page), requests.page)).json() as Promise<unknown>;
  return { ...setup, who, logIn, submit, take };
}

describe.each(kinds)("requireFresh ($kind)", (kind) => {
  test.each([
    { after: 0, within: undefined, passes: true },
    { after: 299.999, within: undefined, passes: true },
    { after: 300, within: undefined, passes: false },
    { after: 59.999, within: 60, passes: true },
    { after: 60, within: 60, passes: false },
    { after: 0, within: 0, passes: false },
    { after: 0, within: -1, passes: false },
    { after: 0, within: Number.NaN, passes: false },
    // A clock that was set back makes nothing fresh for longer than twice that.
    { after: -60, within: 60, passes: false },
    { after: -59, within: 60, passes: true },
  ])("$after s after the login, within $within: $passes", async ({ after, within, passes }) => {
    const { guard, who, clock } = await setUp(kind);
    clock.advance(after * SECOND);
    const response = await who.send((it) => guard.requireFresh(it, { within }), requests.page);
    expect(response.status).toBe(passes ? 200 : 302);
  });

  test("passes again once the password was typed again, and not by anything else", async () => {
    const { guard, who, clock, sessions, logIn } = await setUp(kind);
    const ask = async () => (await who.send((it) => guard.requireFresh(it), requests.page)).status;
    clock.advance(600 * SECOND);
    expect(await ask()).toBe(302);
    await who.send(async (it) => {
      const session = await useSession(it, sessions);
      await session.update({ note: "a write" });
      await session.rotate();
    });
    expect(await ask()).toBe(302);
    await logIn(7);
    expect(await ask()).toBe(200);
  });

  test("sends somebody who is not logged in to the login, however fresh", async () => {
    const { guard, visitor } = await setUp(kind);
    const response = await visitor().send((it) => guard.requireFresh(it), requests.page);
    expect(response.headers.get("location")).toBe("/login?next=%2Fstudents");
  });

  test("keeps nothing for somebody who is not logged in", async () => {
    const { guard, visitor } = await setUp(kind);
    const form = new FormData();
    form.append("reason", "a canary");
    const options = { next: "/staff", fields: ["reason"], form };
    const response = await visitor().send((it) => guard.requireFresh(it, options), requests.form);
    expect(response.headers.get("location")).toBe("/login?next=%2Fstaff");
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe.each(kinds)("a form that requireFresh interrupts ($kind)", (kind) => {
  const STALE = 301 * SECOND;

  test("is there again on its page, once", async () => {
    const { submit, take, clock, logIn } = await setUp(kind);
    clock.advance(STALE);
    const fields = { reason: "Left the school.\nZoë 🦉", note: "", password: "a canary", other: "x" };
    const response = await submit(fields);
    expect(response.headers.get("location")).toBe("/confirm?next=%2Fstaff");
    await logIn(7);
    expect(await take("/elsewhere")).toEqual({});
    expect(await take()).toEqual({ reason: "Left the school.\nZoë 🦉", note: "" });
    expect(await take()).toEqual({});
  });

  test("is found by its page, whatever query the page has", async () => {
    const { submit, take, clock } = await setUp(kind);
    clock.advance(STALE);
    const response = await submit({ reason: "why" }, { next: "/staff?page=2#users" });
    expect(response.headers.get("location")).toBe("/confirm?next=%2Fstaff%3Fpage%3D2%23users");
    expect(await take("/staff?page=3")).toEqual({ reason: "why" });
  });

  test("is not kept when the password is fresh", async () => {
    const { submit, take } = await setUp(kind);
    expect((await submit({ reason: "why" })).status).toBe(200);
    expect(await take()).toEqual({});
  });

  test.each<[string, { next?: string; fields?: string[] }]>([
    ["that name no field", { fields: [] }],
    ["of which the form has none", { fields: ["else"] }],
    ["of a page that is none of this site's", { next: "https://evil.example/staff" }],
    ["of a page that could be another site's", { next: "//evil.example/staff" }],
  ])("is not kept by options %s", async (_which, options) => {
    const { submit, take, clock } = await setUp(kind);
    clock.advance(STALE);
    expect((await submit({ reason: "why" }, options)).status).toBe(302);
    expect(await take(options.next ?? "/staff")).toEqual({});
  });

  test.each([null, "a text", 7, {}, { get: "no function" }])(
    "is none when something else was sent: %o",
    async (form) => {
      const { guard, who, take, clock } = await setUp(kind);
      clock.advance(STALE);
      const options = { next: "/staff", fields: ["reason"], form: form as unknown as FormData };
      expect((await who.send((it) => guard.requireFresh(it, options), requests.form)).status).toBe(302);
      expect(await take()).toEqual({});
    },
  );

  test("loses files, which no session holds", async () => {
    const { submit, take, clock } = await setUp(kind);
    clock.advance(STALE);
    await submit({ reason: new Blob(["a file"]), note: "kept" });
    expect(await take()).toEqual({ note: "kept" });
  });

  test("is replaced by a later one of the same page", async () => {
    const { submit, take, clock } = await setUp(kind);
    clock.advance(STALE);
    await submit({ reason: "first" });
    await submit({ reason: "second" });
    expect(await take()).toEqual({ reason: "second" });
  });

  test("is replaced by one of another page too: a session keeps the last one, however many pages have one", async () => {
    const { submit, take, clock } = await setUp(kind);
    clock.advance(600 * SECOND);
    const note = "x".repeat(1000);
    for (let page = 0; page < 50; page++)
      await submit({ reason: `${page}`, note }, { next: `/things/${page}` });
    expect(await take("/things/48")).toEqual({});
    expect(await take("/things/49")).toEqual({ reason: "49", note });
    expect(await take("/things/49")).toEqual({});
  });

  test("is not shown to another user who logs in on the same browser", async () => {
    const { submit, take, clock, logIn } = await setUp(kind);
    clock.advance(STALE);
    await submit({ reason: "Ada's canary" });
    await logIn(8);
    expect(await take()).toEqual({});
  });

  test("is not shown to nobody after a logout", async () => {
    const { submit, take, clock, who, sessions } = await setUp(kind);
    clock.advance(STALE);
    await submit({ reason: "Ada's canary" });
    await who.send(async (it) => (await useSession(it, sessions)).update({ userId: undefined as never }));
    expect(await take()).toEqual({});
  });

  test("interrupts all the same when it is too long to be kept", async () => {
    const { submit, take, clock } = await setUp(kind);
    clock.advance(STALE);
    const response = await submit({ reason: "x".repeat(1_000_000) });
    expect(response.headers.get("location")).toBe("/confirm?next=%2Fstaff");
    expect(await take()).toEqual({});
  });

  test("is there again after the confirmation, or was not kept: it never fills the session up", async () => {
    // From what surely fits into a cookie to what surely does not.
    const lengths = Array.from({ length: 60 }, (_, index) => 2600 + 7 * index);
    const taken: unknown[] = [];
    for (const length of lengths) {
      const { submit, take, clock, logIn } = await setUp(kind);
      clock.advance(STALE);
      await submit({ reason: "x".repeat(length) });
      await logIn(7);
      taken.push(await take());
    }
    const fits = taken.filter((form) => JSON.stringify(form) !== "{}").length;
    expect(taken).toEqual(
      lengths.map((length, index) => (index < fits ? { reason: "x".repeat(length) } : {})),
    );
    expect(fits).toBeGreaterThan(10);
    expect(fits < lengths.length).toBe(!kind.stored);
  });

  test("sets nothing when there is nothing to take", async () => {
    const { who, guard } = await setUp(kind);
    const response = await who.send((it) => guard.takeForm(it, "/staff"), requests.page);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

test("requireFresh does not pass somebody of whom no login is known", async () => {
  // A session that was kept before the application said where in it the user is.
  const { guard, visitor, sessions, store } = await setUp({ stored: true });
  const former = createSessions<Data>({ store, userId: () => undefined, now: fakeClock().now });
  const who = visitor();
  await who.send(async (it) => (await useSession(it, former)).update({ userId: 7 }));
  const ask = async (pass: (it: Request) => Promise<unknown>) => (await who.send(pass, requests.page)).status;
  expect(await ask((it) => guard.requireUser(it))).toBe(200);
  expect(await ask((it) => guard.requireFresh(it))).toBe(302);
  expect(sessions.name).toBe(former.name);
});

test("a form is kept in the session alone: no address has what was typed", async () => {
  const { submit, clock } = await setUp({ stored: true });
  clock.advance(301 * SECOND);
  const response = await submit({ reason: "a canary" });
  expect(JSON.stringify([...response.headers])).not.toContain("canary");
});

test("a form whose session ends meanwhile leads to where the password is typed, and that to the login", async () => {
  const { guard, who, clock, sessions, store } = await setUp({ stored: true });
  clock.advance(301 * SECOND);
  const form = new FormData();
  form.append("reason", "why");
  const write = store.update.bind(store);
  store.update = async (record, version) => {
    // A logout in another tab, at the worst moment.
    await sessions.revokeUser(7);
    return write(record, version);
  };
  const options = { next: "/staff", fields: ["reason"], form };
  const response = await who.send((it) => guard.requireFresh(it, options), requests.form);
  expect([response.status, response.headers.get("location")]).toEqual([302, "/confirm?next=%2Fstaff"]);
  const after = await who.send((it) => guard.requireUser(it), requests.page);
  expect(after.headers.get("location")).toBe("/login?next=%2Fstudents");
});

test("a form that the store does not take is an error, and passes nobody", async () => {
  const { guard, who, clock, store } = await setUp({ stored: true });
  clock.advance(301 * SECOND);
  store.update = () => Promise.reject(new Error("disk full"));
  const form = new FormData();
  form.append("reason", "why");
  const response = await who.send(
    (it) => guard.requireFresh(it, { next: "/staff", fields: ["reason"], form }),
    requests["script of a page"],
  );
  expect(response.status).toBe(503);
});
