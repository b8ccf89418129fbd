import { afterEach, describe, expect, test, vi } from "vitest";
import { guardCore } from "../../../src/auth/guard.ts";
import { refuse, refuseWeak } from "../../../src/auth/login/outcome.ts";
import { SessionError } from "../../../src/core/errors.ts";
import { codeOf, HOUR, kinds, MINUTE } from "../../sessions/harness.ts";
import {
  cheap,
  dearer,
  GINNY,
  HARRY,
  setUp,
  WRONG,
  type Kind,
  type Setup,
  type SetupOptions,
  type Visitor,
} from "./harness.ts";

const IN = { ok: true, userId: 7 };
const INVALID = refuse("invalid");
const ANONYMOUS = refuse("anonymous");
const BUSY = refuse("busy", 2);
const NEW = "a password that nobody had before";
const NEWER = "and another one after that";
const busy = new SessionError("ERR_SESSION_BUSY", "Too many.");

afterEach(() => {
  vi.restoreAllMocks();
});

/** A setup in which Harry is logged in, since a minute. */
async function setUpIn(kind: Pick<Kind, "stored">, options?: SetupOptions) {
  const setup = await setUp(kind, options);
  const harry = setup.visitor();
  await harry.login("Harry", HARRY);
  setup.clock.advance(MINUTE);
  for (const spy of [setup.verify, setup.hash]) spy.mockClear();
  setup.events.length = 0;
  return { ...setup, harry, types: () => setup.events.map(({ type }) => type) };
}

/** A guard that is told when the sessions of sealed users became void, as stored ones are ended. */
function guardOf({ stored }: Pick<Kind, "stored">, { sessions }: Setup) {
  const voidSince = new Map<unknown, number>();
  const guard = guardCore({
    sessions,
    loadUser: (id) => ({ id }),
    validSince: ({ id }: { id: unknown }) => (stored ? undefined : voidSince.get(id)),
  });
  const who = async (one: Visitor) => (await one.request((exchange) => guard.getUser(exchange)))?.id;
  return { voidSince, who };
}

describe.each(kinds)("to confirm a password in a $kind session", (kind) => {
  test("makes the session fresh under a new token, and changes nothing that it holds", async () => {
    const { harry, clock, sessions, events, visitor } = await setUpIn(kind, {
      login: { sessionData: ({ id }) => ({ userId: id, cart: [] }) },
    });
    const guard = guardCore({ sessions, loadUser: (id) => ({ id }) });
    const isFresh = () =>
      harry.request(async (exchange) => "user" in (await guard.check(exchange, { fresh: {} })));
    await harry.fill("wand");
    clock.advance(10 * MINUTE);
    expect(await isFresh()).toBe(false);
    const before = harry.cookie;
    expect(await harry.confirm(HARRY)).toEqual(IN);
    expect(await isFresh()).toBe(true);
    const session = await harry.session();
    expect([session.authenticatedAt, session.methods]).toEqual([clock.now(), ["password"]]);
    expect(session.data).toEqual({ userId: 7, cart: ["wand"] });
    const { address } = harry;
    expect(events.at(-1)).toMatchObject({ type: "confirmed", id: session.id, userId: "7", address });
    expect(harry.copy("session=")).not.toBe(before);
    expect(await visitor("10.9.9.5", before).userId()).toBe(kind.stored ? undefined : 7);
  });

  test("leaves a user remembered who was", async () => {
    const remember = { idleTimeout: 86_400, absoluteTimeout: 864_000 };
    const { visitor, clock } = await setUp(kind, { remember });
    const one = visitor();
    await one.login("Harry", HARRY, "on");
    expect(await one.confirm(HARRY)).toEqual(IN);
    expect(await one.changePassword(HARRY, NEW)).toEqual(IN);
    clock.advance(23 * HOUR);
    expect(await one.userId()).toBe(7);
  });

  test("keeps what else the user was authenticated with", async () => {
    const { visitor } = await setUp(kind, { login: { nextStep: () => "totp" } });
    const one = visitor();
    await one.login("Harry", HARRY);
    await one.finishLogin();
    expect(await one.confirm(HARRY)).toEqual(IN);
    expect((await one.session()).methods).toEqual(["password", "totp"]);
  });

  test.each([[WRONG], [GINNY], [""], [undefined], [null], [7], [["x"]], ["x".repeat(5000)]])(
    "does nothing with a wrong one: %s",
    async (password) => {
      const { harry, clock, types } = await setUpIn(kind);
      const { id } = await harry.session();
      expect(await harry.confirm(password)).toEqual(INVALID);
      const session = await harry.session();
      expect([session.id, session.authenticatedAt]).toEqual([id, clock.now() - MINUTE]);
      expect(types()).toEqual(["login-failed"]);
    },
  );

  test("takes somebody who is logged in, and has not been deleted", async () => {
    const { harry, visitor, users, verify } = await setUpIn(kind);
    expect(await visitor().confirm(HARRY)).toEqual(ANONYMOUS);
    users.delete(7);
    expect(await harry.confirm(HARRY)).toEqual(ANONYMOUS);
    expect(verify).not.toHaveBeenCalled();
  });

  test("is limited as a login is", async () => {
    const { harry, verify } = await setUpIn(kind);
    // Ten on the known device, and ten as everybody has.
    for (let n = 0; n < 20; n++) expect(await harry.confirm(WRONG)).toEqual(INVALID);
    expect(await harry.confirm(HARRY)).toMatchObject({ reason: "throttled", status: 429 });
    expect(verify).toHaveBeenCalledTimes(20);
  });

  test("is refused while too many passwords are being hashed, and counts as no attempt", async () => {
    const { harry, verify } = await setUpIn(kind);
    verify.mockRejectedValue(busy);
    for (let n = 0; n < 30; n++) expect(await harry.confirm(HARRY)).toEqual(BUSY);
  });

  test.each([
    { what: "the password is reset", changes: async () => ({ passwordHash: await cheap.hash(NEW) }) },
    { what: "the user is disabled", changes: async () => ({ disabled: true }) },
  ])("leaves nobody logged in where $what at that moment", async ({ changes }) => {
    const { harry, verify, edit, types } = await setUpIn(kind);
    const changed = await changes();
    const check = verify.getMockImplementation()!;
    verify.mockImplementationOnce(async (...args) => {
      const right = await check(...args);
      // Here a stored session would end as well.
      setTimeout(() => edit(7, changed));
      await new Promise((resolve) => setTimeout(resolve));
      return right;
    });
    const outcome = await harry.confirm(HARRY);
    expect(outcome.ok).toBe(false);
    expect(await harry.userId()).toBeUndefined();
    expect(types()).not.toContain("confirmed");
  });

  test("needs findById", async () => {
    const { harry } = await setUpIn(kind, { login: { findById: undefined as never } });
    expect(await codeOf(() => harry.confirm(HARRY))).toBe("ERR_SESSION_CONFIG");
  });
});

describe.each(kinds)("to change a password in a $kind session", (kind) => {
  test("keeps the new one's hash in place of the old one, under a new token", async () => {
    const { harry, users, savePasswordHash, types, visitor, clock } = await setUpIn(kind);
    const [before, cookie] = [users.get(7)!, harry.cookie];
    await harry.fill("wand");
    expect(await harry.changePassword(HARRY, NEW)).toEqual(IN);
    const { passwordHash } = users.get(7)!;
    expect(savePasswordHash.mock.calls).toEqual([[before, passwordHash, before.passwordHash, "changed"]]);
    expect(types()).toContain("password-changed");
    expect(harry.copy("session=")).not.toBe(cookie);
    const session = await harry.session();
    expect([session.data, session.authenticatedAt]).toEqual([{ userId: 7, cart: ["wand"] }, clock.now()]);
    expect(await visitor().login("Harry", HARRY)).toEqual(INVALID);
    expect(await visitor().login("Harry", NEW)).toEqual(IN);
  });

  test("ends the user's other sessions, and nobody else's", async () => {
    const setup = await setUpIn(kind);
    const { harry, visitor, clock } = setup;
    const [other, ginny] = [visitor(), visitor()];
    await other.login("Harry", HARRY);
    await ginny.login("Ginny", GINNY);
    const copy = visitor("10.9.9.6", harry.cookie);
    clock.advance(MINUTE);
    const { voidSince, who } = guardOf(kind, setup);
    voidSince.set(7, clock.now());
    expect(await harry.changePassword(HARRY, NEW)).toEqual(IN);
    expect([await who(harry), await who(other), await who(copy), await who(ginny)]).toEqual([
      7,
      undefined,
      undefined,
      8,
    ]);
  });

  test("takes the current one", async () => {
    const { harry, hash, users, types } = await setUpIn(kind);
    const { passwordHash } = users.get(7)!;
    for (const current of [WRONG, "", undefined, null, NEW, [HARRY]])
      expect(await harry.changePassword(current, NEW)).toEqual(INVALID);
    expect([hash.mock.calls, users.get(7)!.passwordHash]).toEqual([[], passwordHash]);
    expect(new Set(types())).toEqual(new Set(["login-failed"]));
  });

  test.each([
    ["short", "too-short"],
    ["", "too-short"],
    [undefined, "too-short"],
    [12_345_678, "too-short"],
    [["a list of 15 characters"], "too-short"],
    ["x".repeat(1025), "too-long"],
    ["password1234", "breached"],
    ["Harry1991", "contextual"],
  ])("refuses a new one that cannot be used: %s is %s", async (next, code) => {
    const { harry, users } = await setUpIn(kind, {
      login: { rules: (user) => ({ words: [user.username] }) },
    });
    const [{ passwordHash }, { id }] = [users.get(7)!, await harry.session()];
    const outcome = await harry.changePassword(HARRY, next);
    expect(outcome).toMatchObject({ ok: false, reason: "weak", status: 422, problem: { code } });
    expect(outcome).toEqual(refuseWeak((outcome as never)["problem"]));
    expect([users.get(7)!.passwordHash, (await harry.session()).id]).toEqual([passwordHash, id]);
  });

  test("is invalid with nothing at all, and not an exception", async () => {
    const { harry, login } = await setUpIn(kind);
    for (const nothing of [undefined, null, 7, "text", []])
      expect(await harry.request((exchange) => login.changePassword(exchange, nothing as never))).toEqual(
        INVALID,
      );
  });

  test("takes somebody who is logged in", async () => {
    const { visitor, login } = await setUpIn(kind);
    const { exchange } = visitor().start();
    expect(await login.changePassword(exchange, { current: HARRY, next: NEW })).toEqual(ANONYMOUS);
  });

  test("works where the hash of the current one is renewed by the way", async () => {
    const { visitor, users, edit } = await setUp(kind, { passwords: dearer });
    const one = visitor();
    await one.login("Harry", HARRY);
    edit(7, { passwordHash: await cheap.hash(HARRY) });
    expect(await one.changePassword(HARRY, NEW)).toEqual(IN);
    expect(await dearer.verify(users.get(7)!.passwordHash, NEW)).toBe(true);
  });

  test("is invalid once somebody else has changed it", async () => {
    const { harry, hash, edit, users, types } = await setUpIn(kind);
    const [other, hashNew] = [await cheap.hash(NEWER), hash.getMockImplementation()!];
    hash.mockImplementationOnce(async (password) => {
      edit(7, { passwordHash: other });
      return hashNew(password);
    });
    expect(await harry.changePassword(HARRY, NEW)).toEqual(INVALID);
    expect([users.get(7)!.passwordHash, types()]).toEqual([other, ["login-failed"]]);
  });

  test("is refused while too many passwords are being hashed, and nothing is changed", async () => {
    const { harry, hash, users } = await setUpIn(kind);
    const { passwordHash } = users.get(7)!;
    hash.mockRejectedValueOnce(busy);
    expect(await harry.changePassword(HARRY, NEW)).toEqual(BUSY);
    expect([users.get(7)!.passwordHash, await harry.userId()]).toEqual([passwordHash, 7]);
  });

  test("leaves nobody logged in where the password is reset right afterwards", async () => {
    const { harry, savePasswordHash, edit, types } = await setUpIn(kind);
    const other = await cheap.hash(NEWER);
    savePasswordHash.mockImplementationOnce(async () => {
      // Ours was kept, and then another one.
      edit(7, { passwordHash: other });
      return true;
    });
    await harry.changePassword(HARRY, NEW);
    expect(await harry.userId()).toBeUndefined();
    expect(types()).toContain("password-changed");
  });

  test("needs savePasswordHash, and its answer to be one", async () => {
    const without = await setUpIn(kind, { login: { savePasswordHash: undefined as never } });
    expect(await codeOf(() => without.harry.changePassword(HARRY, NEW))).toBe("ERR_SESSION_CONFIG");
    const { harry, savePasswordHash } = await setUpIn(kind);
    savePasswordHash.mockResolvedValueOnce(1 as never);
    expect(await codeOf(() => harry.changePassword(HARRY, NEW))).toBe("ERR_SESSION_CONFIG");
  });
});

describe.each(kinds)("to reset a password in a $kind session", (kind) => {
  test("keeps another hash and ends all of the user's sessions", async () => {
    const setup = await setUpIn(kind);
    const { harry, login, visitor, clock, types, events } = setup;
    const ginny = visitor();
    await ginny.login("Ginny", GINNY);
    const { voidSince, who } = guardOf(kind, setup);
    voidSince.set(7, clock.now());
    expect(await login.resetPassword(7, NEW)).toEqual(IN);
    expect(types()).toContain("password-reset");
    expect(events.at(-1)).toMatchObject({ userId: "7" });
    expect([await who(harry), await who(ginny)]).toEqual([undefined, 8]);
    expect(await harry.login("Harry", HARRY)).toEqual(INVALID);
    expect(await harry.login("Harry", NEW)).toEqual(IN);
  });

  test("gives a user a password who had none", async () => {
    const { login, visitor } = await setUp(kind);
    expect(await login.resetPassword(9, NEW)).toEqual({ ok: true, userId: 9 });
    expect(await visitor().login("Dobby", NEW)).toEqual({ ok: true, userId: 9 });
  });

  test("lets the user in who had been locked out by guesses, whatever the type of the id", async () => {
    const { login, visitor } = await setUp(kind);
    for (let n = 0; n < 10; n++) await visitor().login("Harry", WRONG);
    expect(await visitor().login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
    expect(await login.resetPassword("7", NEW)).toEqual(IN);
    expect(await visitor().login("Harry", NEW)).toEqual(IN);
  });

  test("refuses a weak one, and a user that there is not", async () => {
    const { login, hash } = await setUp(kind);
    hash.mockClear();
    expect(await login.resetPassword(7, "short")).toMatchObject({ reason: "weak" });
    expect(await login.resetPassword(99, NEW)).toEqual(ANONYMOUS);
    expect(hash).not.toHaveBeenCalled();
  });

  test("is refused while too many passwords are being hashed", async () => {
    const { login, hash, harry } = await setUpIn(kind);
    hash.mockRejectedValueOnce(busy);
    expect(await login.resetPassword(7, NEW)).toEqual(BUSY);
    expect(await harry.userId()).toBe(7);
  });

  test("outlives a login that renews the hash at that moment", async () => {
    const { login, hash, edit, visitor } = await setUpIn(kind);
    const [renewed, hashNew] = [await dearer.hash(HARRY), hash.getMockImplementation()!];
    hash.mockImplementationOnce(async (password) => {
      edit(7, { passwordHash: renewed });
      return hashNew(password);
    });
    expect(await login.resetPassword(7, NEW)).toEqual(IN);
    expect(await visitor().login("Harry", NEW)).toEqual(IN);
  });

  test("gives up where the hash is another every time", async () => {
    const { login, savePasswordHash, harry, types } = await setUpIn(kind);
    savePasswordHash.mockResolvedValue(false);
    expect(await login.resetPassword(7, NEW)).toEqual(INVALID);
    expect([await harry.userId(), types()]).toEqual([7, []]);
  });
});

describe("in a stored session that ends meanwhile", () => {
  test("a password that is confirmed logs nobody in", async () => {
    const { harry, verify, login } = await setUpIn({ stored: true });
    const tab = harry.start();
    const check = verify.getMockImplementation()!;
    verify.mockImplementationOnce(async (...args) => {
      await login.logout(tab.exchange);
      return check(...args);
    });
    expect(await harry.confirm(HARRY)).toEqual(ANONYMOUS);
    expect(await harry.userId()).toBeUndefined();
  });

  test("a password is changed, and nobody is logged in", async () => {
    const { harry, hash, login, users } = await setUpIn({ stored: true });
    const tab = harry.start();
    const hashNew = hash.getMockImplementation()!;
    hash.mockImplementationOnce(async (password) => {
      await login.logout(tab.exchange);
      return hashNew(password);
    });
    expect(await harry.changePassword(HARRY, NEW)).toEqual(IN);
    expect(await cheap.verify(users.get(7)!.passwordHash, NEW)).toBe(true);
    expect(await harry.userId()).toBeUndefined();
  });

  test("one of two confirmations that a double click has sent keeps the user logged in", async () => {
    const { harry, login, store } = await setUpIn({ stored: true });
    const requests = [harry.start(), harry.start()];
    const outcomes = await Promise.all(requests.map(({ exchange }) => login.confirm(exchange, HARRY)));
    expect(outcomes).toContainEqual(IN);
    for (const [n, { receive }] of requests.entries()) if (outcomes[n]!.ok) receive();
    expect(await harry.userId()).toBe(7);
    expect(await store.findByUser("7")).not.toEqual([]);
  });
});

test("a token that is replaced while the password is changed is spared for nobody", async () => {
  const { harry, store, sessions, visitor } = await setUpIn({ stored: true });
  const thief = visitor("10.9.9.6", harry.copy("session="));
  const deleteByUser = store.deleteByUser.bind(store);
  store.deleteByUser = async (...of) => {
    const removed = await deleteByUser(...of);
    store.deleteByUser = deleteByUser;
    await thief.request(async (exchange) => (await sessions.open(exchange)).rotate());
    return removed;
  };
  expect(await harry.changePassword(HARRY, NEW)).toEqual(IN);
  expect(await thief.userId()).toBeUndefined();
  expect(await sessions.list(7)).toEqual([]);
});
