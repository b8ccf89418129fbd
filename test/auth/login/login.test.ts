import { describe, expect, test, vi } from "vitest";
import { refuse } from "../../../src/auth/login/outcome.ts";
import { HOUR, kinds, MINUTE, recordsIn, SECOND, setCookies, tokenIn } from "../../sessions/harness.ts";
import { cheap, formOf, GINNY, HARRY, setUp, WRONG, type Setup } from "./harness.ts";

const INVALID = refuse("invalid");
const IN = { ok: true, userId: 7 };
const DAY = 24 * HOUR;
const remember = { idleTimeout: (7 * DAY) / SECOND, absoluteTimeout: (30 * DAY) / SECOND };

/** The header line that sets the session's cookie in a response. */
const sessionLine = (lines: readonly string[]) => lines.find((line) => line.startsWith("__Host-session="));

describe.each(kinds)("a login in a $kind session", (kind) => {
  test.each(["Harry", "harry@hogwarts.example", "HARRY", "hArRy@Hogwarts.Example"])(
    "finds the user by whatever findUser finds: %s",
    async (identifier) => {
      const { visitor, findUser } = await setUp(kind);
      const one = visitor();
      expect(await one.login(identifier, HARRY)).toEqual(IN);
      expect(findUser).toHaveBeenCalledWith(identifier);
      expect(await one.userId()).toBe(7);
    },
  );

  test("takes a findUser that answers at once, and null for nobody", async () => {
    const { users, visitor } = await setUp(kind, {
      login: { findUser: (name) => (name === "Harry" ? users.get(7) : null) },
    });
    expect(await visitor().login("Harry", HARRY)).toEqual(IN);
    expect(await visitor().login("Voldemort", HARRY)).toEqual(INVALID);
  });

  test("reads ids and hashes that have other names, and writes what the application wants", async () => {
    const { visitor, users } = await setUp(kind, {
      login: {
        userId: (user) => user.id + 100,
        passwordHash: (user) => users.get(user.id === 7 ? 8 : 7)!.passwordHash,
        sessionData: (user) => ({ userId: user.id + 100, cart: ["wand"] }),
      },
    });
    const one = visitor();
    expect(await one.login("Harry", GINNY)).toEqual({ ok: true, userId: 107 });
    expect((await one.session()).data).toEqual({ userId: 107, cart: ["wand"] });
  });

  test.each([
    { who: "an unknown user", identifier: "Voldemort", password: HARRY },
    { who: "a wrong password", identifier: "Harry", password: WRONG },
    { who: "another user's password", identifier: "Harry", password: GINNY },
    { who: "a user without a password", identifier: "Dobby", password: HARRY },
    { who: "a user who may not log in, with the right password", identifier: "Ginny", password: GINNY },
    { who: "a user who may not log in, with a wrong one", identifier: "Ginny", password: WRONG },
  ])("answers $who the same after the same work, and sets no cookie", async ({ identifier, password }) => {
    const { visitor, verify, edit, login, store, hash, savePasswordHash } = await setUp(kind);
    edit(8, { disabled: true });
    const { exchange } = visitor().start();
    expect(await login.login(exchange, { identifier, password })).toEqual(INVALID);
    expect(setCookies(exchange)).toEqual([]);
    // One hash, and the same way to the store for everybody: there is nothing to measure.
    expect(verify).toHaveBeenCalledTimes(1);
    expect([hash, savePasswordHash].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    expect(waysOf(store)).toEqual(kind.stored ? { find: 2, insert: 2, update: 0, delete: 0 } : NO_WAYS);
  });

  test("counts the right password of a user who may not log in as a wrong one", async () => {
    const { visitor, edit } = await setUp(kind);
    edit(8, { disabled: true });
    for (let n = 0; n < 10; n++) expect(await visitor().login("Ginny", GINNY)).toEqual(INVALID);
    // Otherwise one that is never throttled would be known to be right.
    expect(await visitor().login("Ginny", GINNY)).toMatchObject({ reason: "throttled" });
  });

  test("begins a session under a new token, with the methods, the moment and exactly the session's data", async () => {
    const { visitor, clock } = await setUp(kind);
    const one = visitor();
    clock.advance(MINUTE);
    expect(await one.login("Harry", HARRY)).toEqual(IN);
    const session = await one.session();
    expect(session.data).toEqual({ userId: 7 });
    expect(session.methods).toEqual(["password"]);
    expect(session.authenticatedAt).toBe(clock.now());
    expect(session.createdAt).toBe(clock.now());
    expect(session.pendingLogin).toBeUndefined();
  });

  test("gives a visitor's session another token, and keeps what an anonymous visitor had", async () => {
    const { visitor, clock, store } = await setUp(kind);
    const one = visitor();
    await one.fill("wand");
    const [planted, before] = [one.cookie, await one.session()];
    clock.advance(MINUTE);
    await one.login("Harry", HARRY);
    const after = await one.session();
    expect(tokenIn(one.copy("session="))).not.toBe(tokenIn(planted));
    expect([after.id === before.id, after.createdAt]).toEqual([false, clock.now()]);
    expect(after.data).toEqual({ userId: 7, cart: ["wand"] });
    // Who has planted the token has nothing of it.
    const attacker = await visitor("10.9.9.9", planted).session();
    expect(attacker.data).toEqual(kind.stored ? {} : { cart: ["wand"] });
    const records = (await recordsIn(store)).filter(({ userId }) => userId === "7");
    expect(records).toHaveLength(kind.stored ? 1 : 0);
  });

  test("ends the session of whoever was logged in before, of which nothing is left", async () => {
    const { visitor, sessions, events } = await setUp(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    await one.request(async (exchange) => {
      const session = await sessions.open(exchange);
      await session.update({ cart: ["cloak of invisibility"] });
      await session.flash.set("form of /confirm", { reason: "Harry's own words" });
    });
    const [before, { id }] = [one.cookie, await one.session()];
    expect(await one.login("Ginny", GINNY)).toEqual({ ok: true, userId: 8 });
    const session = await one.session();
    expect([session.data, session.methods]).toEqual([{ userId: 8 }, ["password"]]);
    const { exchange } = one.start();
    expect(await (await sessions.open(exchange)).flash.take("form of /confirm")).toBeUndefined();
    expect(events).toContainEqual(expect.objectContaining({ type: "destroyed", id, userId: "7" }));
    // What is sealed can be taken away, and not ended.
    expect(await visitor("10.9.9.8", before).userId()).toBe(kind.stored ? undefined : 7);
  });

  test("logs the same user in again, with what the session holds", async () => {
    const { visitor, clock } = await setUp(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    await one.fill("wand");
    const before = one.copy("session=");
    clock.advance(MINUTE);
    await one.login("Harry", HARRY);
    const session = await one.session();
    expect([session.data, session.authenticatedAt]).toEqual([{ userId: 7, cart: ["wand"] }, clock.now()]);
    expect(one.copy("session=")).not.toBe(before);
  });

  test("leaves whoever is logged in alone when it fails", async () => {
    const { visitor } = await setUp(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    const before = one.cookie;
    expect(await one.login("Ginny", WRONG)).toEqual(INVALID);
    expect([one.cookie, await one.userId()]).toEqual([before, 7]);
  });

  test("answers both of two that a double click has sent, and both are in", async () => {
    const { visitor, login } = await setUp(kind);
    const one = visitor();
    await one.fill("wand");
    const requests = [one.start(), one.start()];
    const given = formOf({ username: "Harry", password: HARRY });
    expect(await Promise.all(requests.map(({ exchange }) => login.login(exchange, given)))).toEqual([IN, IN]);
    for (const { receive } of requests) {
      receive();
      expect(await one.userId()).toBe(7);
    }
  });

  test("is none the less a login when the session ended meanwhile", async () => {
    const { visitor, login, sessions, verify } = await setUp(kind);
    const one = visitor();
    await one.fill("wand");
    const { exchange, receive } = one.start();
    const session = await sessions.open(exchange);
    void session.data;
    const tab = one.start();
    // A logout in another tab, while the password is being checked.
    const checkPassword = verify.getMockImplementation()!;
    verify.mockImplementationOnce(async (...args) => {
      await login.logout(tab.exchange);
      return checkPassword(...args);
    });
    expect(await login.login(exchange, { identifier: "Harry", password: HARRY })).toEqual(IN);
    receive();
    expect(await one.userId()).toBe(7);
  });

  test("is remembered where the visitor asks for it and sessions can be", async () => {
    const { visitor, login, clock } = await setUp(kind, { remember });
    const line = async (remembered: unknown) => {
      const { exchange } = visitor().start();
      await login.login(exchange, { identifier: "Harry", password: HARRY, remember: remembered });
      return sessionLine(setCookies(exchange));
    };
    expect(await line("on")).toContain(`Max-Age=${remember.absoluteTimeout}`);
    expect(await line(undefined)).not.toContain("Max-Age");
    const one = visitor();
    await one.login("Harry", HARRY, "on");
    clock.advance(6 * DAY);
    expect(await one.userId()).toBe(7);
  });

  test("is not remembered where nobody can be, and succeeds", async () => {
    const { visitor, login } = await setUp(kind);
    const { exchange } = visitor().start();
    const given = { identifier: "Harry", password: HARRY, remember: true };
    expect(await login.login(exchange, given)).toEqual(IN);
    expect(sessionLine(setCookies(exchange))).not.toContain("Max-Age");
  });

  test("ends with the logout, which keeps the cookie of the device", async () => {
    const { visitor } = await setUp(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    const [before, device] = [one.cookie, one.copy("session-device=")];
    await one.logout();
    expect(await one.userId()).toBeUndefined();
    expect([one.cookie, device]).toEqual([device, expect.stringMatching(/^__Host-session-device=.{43}/)]);
    expect(await visitor("10.9.9.7", before).userId()).toBe(kind.stored ? undefined : 7);
  });
});

const NO_WAYS = { find: 0, insert: 0, update: 0, delete: 0 };

/** How often each method of the store was called. */
function waysOf(store: Setup["store"]): Record<string, number> {
  return Object.fromEntries(
    (["find", "insert", "update", "delete"] as const).map((method) => [
      method,
      vi.mocked(store[method]).mock.calls.length,
    ]),
  );
}

test("a login that turns out to be wrong hands out no session, though the store cannot end it", async () => {
  const { visitor, store, edit, findUser, users } = await setUp({ stored: true });
  const one = visitor();
  let lookups = 0;
  const update = store.update.bind(store);
  findUser.mockImplementation(async () => {
    // The second look, when the session is there: the password is another now, and the store is gone.
    if (++lookups === 2) {
      edit(7, { passwordHash: await cheap.hash("another one, since") });
      store.update = () => Promise.reject(new Error("down"));
    }
    return users.get(7);
  });
  await expect(one.login("Harry", HARRY)).rejects.toMatchObject({ code: "ERR_SESSION_STORE" });
  store.update = update;
  expect(await one.userId()).toBeUndefined();
});
