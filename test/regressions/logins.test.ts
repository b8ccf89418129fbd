import { describe, expect, test } from "vitest";
import { guardCore } from "../../src/auth/guard.ts";
import { formOf, HARRY, setUp, WRONG } from "../auth/login/harness.ts";
import { kinds } from "../sessions/harness.ts";

const LIMIT = 10;

describe.each(kinds)("a login to a $kind session", (kind) => {
  test("takes from a form nothing but who, the password, and whether to be remembered", async () => {
    const { login, users, visitor } = await setUp(kind);
    const told = { username: "Harry", password: HARRY };
    const more = { userId: "8", id: "8", role: "headmaster", sessionData: '{"userId":8}', methods: "totp" };
    const paths = { "__proto__.userId": "8", "constructor.prototype.userId": "8" };
    const harry = visitor();
    await harry.send(formOf({ ...told, ...more, ...paths }));
    const { data, methods } = await harry.session();
    expect([data, methods]).toEqual([{ userId: 7 }, ["password"]]);
    expect({}).not.toHaveProperty("userId");

    // Whose password is changed the session says.
    const before = users.get(8);
    const change = { current: HARRY, next: "a snitch in every match", userId: 8, id: 8, username: "Ginny" };
    expect(await harry.request((exchange) => login.changePassword(exchange, change))).toMatchObject({
      userId: 7,
    });
    expect(users.get(8)).toEqual(before);
    expect(await visitor().login("Harry", change.next)).toMatchObject({ userId: 7 });
  });

  test("is no other one for whoever loses the cookies: out, and with no further guesses", async () => {
    const { verify, visitor } = await setUp(kind);
    const harry = visitor();
    await harry.login("Harry", HARRY);
    for (let n = 0; n < LIMIT; n++) await visitor().login("Harry", WRONG);
    verify.mockClear();
    // As a page that sets hundreds of cookies by script makes a browser forget them.
    harry.cookie = undefined;
    expect(await harry.userId()).toBeUndefined();
    expect(await harry.login("Harry", WRONG)).toMatchObject({ reason: "throttled" });
    expect(verify).not.toHaveBeenCalled();
  });

  test("that lacks a step is nobody's to a guard that was asked before, in this request and later", async () => {
    const { login, sessions, users, visitor } = await setUp(kind, { login: { nextStep: () => "totp" } });
    const guard = guardCore({ sessions, loadUser: (id) => users.get(Number(id)) });
    const harry = visitor();
    const credentials = { identifier: "Harry", password: HARRY };
    const seen = await harry.request(async (exchange) => {
      const before = await guard.getUser(exchange);
      expect(await login.login(exchange, credentials)).toMatchObject({ reason: "step" });
      return [before, await guard.getUser(exchange)];
    });
    const later = await harry.request((exchange) => guard.getUser(exchange));
    expect([...seen, later]).toEqual([null, null, null]);
    expect(await harry.session()).toMatchObject({ data: {}, authenticatedAt: undefined });

    const done = await harry.request(async (exchange) => {
      await login.finishLogin(exchange, "totp");
      return guard.getUser(exchange);
    });
    expect(done).toMatchObject({ username: "Harry" });
  });
});

test("nobody empties the count of guesses by naming it as a session of their own that is to end", async () => {
  const { sessions, store, visitor } = await setUp({ stored: true });
  const ids: string[] = [];
  const insert = store.insert.bind(store);
  store.insert = async (record) => {
    ids.push(record.id);
    return insert(record);
  };
  for (let n = 0; n < LIMIT; n++) await visitor().login("Harry", WRONG);
  expect(ids.length).toBeGreaterThan(0);
  for (const id of ids)
    for (const userId of [7, 8, ""]) expect(await sessions.revoke(id, { userId })).toBe(false);
  expect(await visitor().login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
});
