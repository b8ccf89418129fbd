import { describe, expect, test } from "vitest";
import { refuse } from "../../../src/auth/login/outcome.ts";
import { HOUR, kinds, MINUTE, SECOND, setCookies } from "../../sessions/harness.ts";
import {
  cheap,
  DEVICE,
  dearer,
  GINNY,
  HARRY,
  setUp,
  WRONG,
  type Kind,
  type SetupOptions,
} from "./harness.ts";

const IN = { ok: true, userId: 7 };
const ANONYMOUS = refuse("anonymous");
const STEP = { ok: false, reason: "step", step: "totp", status: 401, retryAfter: undefined };
const NEW = "a password that nobody had before";
const DAY = 24 * HOUR;

/** Harry has a second factor, Ginny has none. */
const nextStep = (user: { readonly id: number }) => (user.id === 7 ? "totp" : undefined);

function setUpSteps(kind: Pick<Kind, "stored">, options: SetupOptions = {}) {
  return setUp(kind, { ...options, login: { nextStep, ...options.login } });
}

describe.each(kinds)("a login in a $kind session that lacks a step", (kind) => {
  test("logs nobody in, and tells whose it would be", async () => {
    const { visitor, clock } = await setUpSteps(kind);
    const one = visitor();
    expect(await one.login("Harry", HARRY, "on")).toMatchObject(STEP);
    const session = await one.session();
    expect([session.data, session.methods, session.authenticatedAt]).toEqual([{}, [], undefined]);
    expect(await one.pendingLogin()).toMatchObject({
      userId: 7,
      methods: ["password"],
      remember: true,
      since: clock.now(),
    });
    expect(one.copy(DEVICE)).toBeUndefined();
  });

  test("is one where nextStep answers later, and none where it answers nothing", async () => {
    const { visitor } = await setUpSteps(kind, { login: { nextStep: async (user) => nextStep(user) } });
    expect(await visitor().login("Harry", HARRY)).toMatchObject(STEP);
    expect(await visitor().login("Ginny", GINNY)).toEqual({ ok: true, userId: 8 });
  });

  test("is not asked for after a wrong password", async () => {
    const { visitor } = await setUpSteps(kind);
    const one = visitor();
    expect(await one.login("Harry", WRONG)).toEqual(refuse("invalid"));
    expect(await one.pendingLogin()).toBeUndefined();
  });

  test("is finished under a new token, with both methods", async () => {
    const { visitor, clock, events } = await setUpSteps(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    const waiting = one.cookie;
    clock.advance(MINUTE);
    expect(await one.finishLogin()).toEqual(IN);
    const session = await one.session();
    expect([session.data, session.methods]).toEqual([{ userId: 7 }, ["password", "totp"]]);
    expect([session.authenticatedAt, session.pendingLogin]).toEqual([clock.now(), undefined]);
    expect(one.copy("session=")).not.toBe(waiting);
    expect(events.at(-1)).toMatchObject({ type: "login", methods: ["password", "totp"], newDevice: true });
    expect(one.copy(DEVICE)).toBeDefined();
    expect(await visitor("10.9.9.1", waiting).userId()).toBeUndefined();
  });

  test("remembers whoever has asked for it before the step", async () => {
    const remember = { idleTimeout: (7 * DAY) / SECOND, absoluteTimeout: (30 * DAY) / SECOND };
    const { visitor, login } = await setUpSteps(kind, { remember });
    const one = visitor();
    await one.login("Harry", HARRY, "on");
    const { exchange } = one.start();
    await login.finishLogin(exchange, "totp");
    expect(setCookies(exchange).find((line) => line.startsWith("__Host-session="))).toContain(
      `Max-Age=${remember.absoluteTimeout}`,
    );
  });

  test("waits for ten minutes and not longer", async () => {
    const { visitor, clock } = await setUpSteps(kind);
    const [punctual, late] = [visitor(), visitor()];
    for (const one of [punctual, late]) await one.login("Harry", HARRY);
    clock.advance(10 * MINUTE - 1);
    expect(await punctual.finishLogin()).toEqual(IN);
    clock.advance(1);
    expect(await late.pendingLogin()).toBeUndefined();
    expect(await late.finishLogin()).toEqual(ANONYMOUS);
    expect(await late.userId()).toBeUndefined();
  });

  test.each([
    { what: "the password was changed", changes: async () => ({ passwordHash: await cheap.hash(NEW) }) },
    { what: "the password was taken away", changes: async () => ({ passwordHash: null }) },
    { what: "the user was deleted", changes: async () => undefined },
  ])("is over once $what", async ({ changes }) => {
    const { visitor, users, edit } = await setUpSteps(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    const changed = await changes();
    if (changed === undefined) users.delete(7);
    else edit(7, changed);
    expect(await one.finishLogin()).toEqual(ANONYMOUS);
    expect(await one.userId()).toBeUndefined();
  });

  test("is nobody's whose user was disabled", async () => {
    const { visitor, edit, store } = await setUpSteps(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    edit(7, { disabled: true });
    expect(await one.finishLogin()).toEqual(refuse("invalid"));
    expect(await one.userId()).toBeUndefined();
    expect(await store.findByUser("7")).toEqual([]);
  });

  test("leaves no session where the password is reset in the midst of its end", async () => {
    const { visitor, users, findById, edit, store } = await setUpSteps(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    const passwordHash = await cheap.hash(NEW);
    findById.mockImplementationOnce(async () => {
      const found = users.get(7);
      edit(7, { passwordHash });
      return found;
    });
    expect(await one.finishLogin()).toEqual(refuse("invalid"));
    expect(await one.userId()).toBeUndefined();
    expect(await store.findByUser("7")).toEqual([]);
  });

  test("goes on where the login has renewed the hash", async () => {
    const { visitor } = await setUpSteps(kind, { passwords: dearer });
    const one = visitor();
    expect(await one.login("Harry", HARRY)).toMatchObject(STEP);
    expect(await one.finishLogin()).toEqual(IN);
  });

  test("cannot be finished in another session, nor where none was begun", async () => {
    const { visitor } = await setUpSteps(kind);
    const [one, other, known] = [visitor(), visitor(), visitor()];
    await one.login("Harry", HARRY);
    await known.login("Ginny", GINNY);
    for (const visiting of [other, known]) expect(await visiting.finishLogin()).toEqual(ANONYMOUS);
    expect([await other.userId(), await known.userId()]).toEqual([undefined, 8]);
  });

  test("is finished once by one visitor", async () => {
    const { visitor } = await setUpSteps(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    expect(await one.finishLogin()).toEqual(IN);
    expect(await one.finishLogin()).toEqual(ANONYMOUS);
    expect(await one.userId()).toBe(7);
  });

  test("is given up by a logout", async () => {
    const { visitor } = await setUpSteps(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    await one.logout();
    expect(await one.finishLogin()).toEqual(ANONYMOUS);
  });

  test("ends the session of whoever was logged in before", async () => {
    const { visitor } = await setUpSteps(kind);
    const one = visitor();
    await one.login("Ginny", GINNY);
    expect(await one.login("Harry", HARRY)).toMatchObject(STEP);
    expect(await one.userId()).toBeUndefined();
    expect(await one.finishLogin()).toEqual(IN);
    expect((await one.session()).data).toEqual({ userId: 7 });
  });

  test("is replaced by a later one, also of another user", async () => {
    const { visitor } = await setUp(kind, { login: { nextStep: () => "totp" } });
    const one = visitor();
    await one.login("Harry", HARRY);
    await one.login("Ginny", GINNY);
    expect(await one.pendingLogin()).toMatchObject({ userId: 8 });
    expect(await one.finishLogin()).toEqual({ ok: true, userId: 8 });
  });

  test("is begun although the session ended meanwhile", async () => {
    const { visitor, login, sessions, verify } = await setUpSteps(kind);
    const one = visitor();
    await one.fill("wand");
    const { exchange, receive } = one.start();
    void (await sessions.open(exchange)).data;
    const tab = one.start();
    const checkPassword = verify.getMockImplementation()!;
    verify.mockImplementationOnce(async (...args) => {
      await login.logout(tab.exchange);
      return checkPassword(...args);
    });
    expect(await login.login(exchange, { identifier: "Harry", password: HARRY })).toMatchObject(STEP);
    receive();
    expect(await one.finishLogin()).toEqual(IN);
  });

  test("says nothing to whoever has planted the session's token", async () => {
    const { visitor } = await setUpSteps(kind);
    const one = visitor();
    await one.fill("wand");
    const attacker = visitor("10.9.9.2", one.cookie);
    await one.login("Harry", HARRY);
    expect(await attacker.pendingLogin()).toBeUndefined();
    expect(await attacker.finishLogin()).toEqual(ANONYMOUS);
    expect(await one.finishLogin()).toEqual(IN);
    expect((await one.session()).data).toEqual({ userId: 7, cart: ["wand"] });
  });
});

describe("in a stored session, a login that lacks a step", () => {
  test("is finished by one of many that try at once, and its token opens nothing later", async () => {
    const { visitor, login, store } = await setUpSteps({ stored: true });
    const one = visitor();
    await one.login("Harry", HARRY);
    const waiting = one.cookie;
    const requests = Array.from({ length: 5 }, () => one.start());
    const outcomes = await Promise.all(requests.map(({ exchange }) => login.finishLogin(exchange, "totp")));
    expect(outcomes.filter(({ ok }) => ok)).toEqual([IN]);
    expect(outcomes.filter(({ ok }) => !ok)).toEqual(Array(4).fill(ANONYMOUS));
    expect(await store.findByUser("7")).toHaveLength(1);
    const replay = visitor("10.9.9.3", waiting);
    expect(await replay.finishLogin()).toEqual(ANONYMOUS);
  });

  test("is not finished by a request that was on its way when the visitor gave it up", async () => {
    const { visitor, login, findById, users } = await setUpSteps({ stored: true });
    const one = visitor();
    await one.login("Harry", HARRY);
    const tab = one.start();
    findById.mockImplementationOnce(async () => {
      await login.logout(tab.exchange);
      return users.get(7);
    });
    expect(await one.finishLogin()).toEqual(ANONYMOUS);
    expect(await one.userId()).toBeUndefined();
  });
});

test("in a sealed session a copy of the cookie waits as long, and a change of the password ends it as well", async () => {
  const { visitor, edit } = await setUpSteps({ stored: false });
  const one = visitor();
  await one.login("Harry", HARRY);
  const copy = visitor("10.9.9.4", one.cookie);
  await one.finishLogin();
  // Nothing is kept that could know; whoever uses the copy needs the step, too.
  expect(await copy.pendingLogin()).toBeDefined();
  edit(7, { passwordHash: await cheap.hash(NEW) });
  expect(await copy.finishLogin()).toEqual(ANONYMOUS);
});
