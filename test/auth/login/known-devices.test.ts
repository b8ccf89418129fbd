import { describe, expect, test, vi } from "vitest";
import { lateLogin } from "../../../src/auth/login/late.ts";
import { refuse } from "../../../src/auth/login/outcome.ts";
import { createSessions } from "../../../src/sessions.ts";
import { testExchange } from "../../../src/testing/index.ts";
import { HOUR, kinds, PASSWORD, setCookies } from "../../sessions/harness.ts";
import {
  cheap,
  DEVICE,
  GINNY,
  HARRY,
  newAddress,
  setUp,
  WRONG,
  type Data,
  type Setup,
  type User,
} from "./harness.ts";

const IN = { ok: true, userId: 7 };
const INVALID = refuse("invalid");
const DAY = 24 * HOUR;

/** Locks Harry's account by guesses from everywhere. */
async function lock({ visitor }: Setup, name = "Harry"): Promise<void> {
  for (let n = 0; n < 10; n++) await visitor().login(name, WRONG);
  expect(await visitor().login(name, HARRY)).toMatchObject({ reason: "throttled" });
}

/** How many wrong passwords are looked at from here, up to a hundred. */
async function guesses(setup: Setup, cookie: string | undefined): Promise<number> {
  setup.verify.mockClear();
  const thief = setup.visitor(newAddress(), cookie);
  for (let n = 0; n < 100; n++) {
    await thief.login("Harry", WRONG);
    // Whatever else he does.
    if (n % 10 === 5) await thief.login("Ginny", GINNY);
    if (n % 10 === 7) await thief.logout();
  }
  return setup.verify.mock.calls.filter(([, password]) => password === WRONG).length;
}

describe.each(kinds)("with a $kind session, a device that a user has logged in on", (kind) => {
  test("lets its owner in while the account is locked, and fails as everywhere with a wrong password", async () => {
    const setup = await setUp(kind);
    const owner = setup.visitor();
    await owner.login("Harry", HARRY);
    await owner.logout();
    await lock(setup);
    for (let day = 0; day < 5; day++) {
      expect(await owner.login("Harry", WRONG)).toEqual(INVALID);
      expect(await owner.login("Harry", HARRY)).toEqual(IN);
      await owner.logout();
    }
    // Nobody else is let in by that.
    expect(await setup.visitor().login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
  });

  test("lets its owner in while the address is locked", async () => {
    const { visitor } = await setUp(kind);
    const owner = visitor();
    await owner.login("Harry", HARRY);
    await owner.logout();
    for (let n = 0; n < 100; n++) await visitor(owner.address).login(`name${n}`, WRONG);
    expect(await visitor(owner.address).login("Ginny", GINNY)).toMatchObject({ reason: "throttled" });
    expect(await owner.login("Harry", HARRY)).toEqual(IN);
  });

  test("gives a thief ten guesses while the account is locked, whatever else he does with the cookie", async () => {
    const setup = await setUp(kind);
    const owner = setup.visitor();
    await owner.login("Harry", HARRY);
    const stolen = owner.copy(DEVICE);
    await lock(setup);
    expect(await guesses(setup, stolen)).toBe(10);
    expect(await guesses(setup, stolen)).toBe(0);
    // The cookie says no more than it did.
    expect(await setup.visitor(newAddress(), stolen).userId()).toBeUndefined();
  });

  test("gives one that never logs in as somebody else no more either, while the account is not locked", async () => {
    const setup = await setUp(kind);
    const owner = setup.visitor();
    await owner.login("Harry", HARRY);
    // Ten as the device, and ten as everybody has.
    expect(await guesses(setup, owner.copy(DEVICE))).toBe(20);
  });

  test("is unknown to another user, and to whoever makes a cookie up", async () => {
    const setup = await setUp(kind);
    const ginny = setup.visitor();
    await ginny.login("Ginny", GINNY);
    await lock(setup);
    const cookie = ginny.copy(DEVICE)!;
    const session = ginny.copy("session=")!.replace("session=", DEVICE);
    for (const other of [cookie, session, `${cookie.slice(0, -4)}AAAA`, `__Host-${DEVICE}${"A".repeat(43)}`])
      expect(await setup.visitor(newAddress(), other).login("Harry", HARRY)).toMatchObject({
        reason: "throttled",
      });
  });

  test("is limited for itself: who steals one device's cookie locks out no other device", async () => {
    const setup = await setUp(kind);
    const [owner, robbed] = [setup.visitor(), setup.visitor()];
    for (const device of [owner, robbed]) {
      await device.login("Harry", HARRY);
      await device.logout();
    }
    await lock(setup);
    expect(await guesses(setup, robbed.copy(DEVICE))).toBe(10);
    expect(await robbed.login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
    expect(await owner.login("Harry", HARRY)).toEqual(IN);
  });

  test("is unknown to an application of another name, even one with the same users, secret and store", async () => {
    const setup = await setUp(kind);
    const { users, store, clock, visitor } = setup;
    const sessions = createSessions<Data>({
      ...(kind.stored ? { store } : { password: PASSWORD }),
      name: "other",
      now: clock.now,
    });
    const other = lateLogin<User, Data>({ sessions, findUser: () => users.get(7), passwords: cheap });
    const given = { identifier: "Harry", password: HARRY };
    const there = testExchange({ address: newAddress() });
    expect(await other.login(there, given)).toEqual(IN);
    const line = setCookies(there).find((one) => one.startsWith("__Host-other-device="))!;
    await lock(setup);
    const cookie = line.split(";")[0]!.replace("other-device=", DEVICE);
    expect(await visitor(newAddress(), cookie).login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
  });

  test("stays known after a logout, and after another user's login there", async () => {
    const setup = await setUp(kind);
    const family = setup.visitor();
    for (const [name, password] of [
      ["Harry", HARRY],
      ["Ginny", GINNY],
      ["Harry", HARRY],
      ["Ginny", GINNY],
    ] as const) {
      await family.login(name, password);
      await family.logout();
    }
    await lock(setup);
    await lock(setup, "Ginny");
    expect(await family.login("Harry", HARRY)).toEqual(IN);
    expect(await family.login("Ginny", GINNY)).toEqual({ ok: true, userId: 8 });
  });

  test("is one of a user by whichever name", async () => {
    const setup = await setUp(kind);
    const owner = setup.visitor();
    await owner.login("Harry", HARRY);
    await lock(setup, "harry@hogwarts.example");
    expect(await owner.login("harry@hogwarts.example", HARRY)).toEqual(IN);
  });

  test("is known to the latest eight users there", async () => {
    const setup = await setUp(kind);
    const { users, visitor } = setup;
    const ginny = users.get(8)!;
    const family = visitor();
    await family.login("Harry", HARRY);
    for (let n = 100; n < 108; n++) {
      users.set(n, { ...ginny, id: n, username: `Weasley${n}`, email: `${n}@hogwarts.example` });
      await family.login(`Weasley${n}`, GINNY);
    }
    await lock(setup);
    expect(await family.login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
    await lock(setup, "Weasley100");
    expect(await family.login("Weasley100", GINNY)).toEqual({ ok: true, userId: 100 });
  });

  test("is forgotten after half a year without a login, and remembered with one", async () => {
    const setup = await setUp(kind);
    const { clock, visitor } = setup;
    const [regular, rare] = [visitor(), visitor()];
    for (const one of [regular, rare]) await one.login("Harry", HARRY);
    clock.advance(179 * DAY);
    await regular.login("Harry", HARRY);
    clock.advance(2 * DAY);
    await lock(setup);
    expect(await regular.login("Harry", HARRY)).toEqual(IN);
    expect(await rare.login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
  });

  test("is told of in the event of the login: new the first time, and known then", async () => {
    const { visitor, events } = await setUp(kind);
    const one = visitor();
    await one.login("Harry", HARRY);
    await one.logout();
    await one.login("Harry", HARRY);
    await one.login("Ginny", GINNY);
    const news = events.flatMap((event) => (event.type === "login" ? [event.newDevice] : []));
    expect(news).toEqual([true, false, true]);
  });

  test("has a cookie that outlives the browser, tells nothing and is no session", async () => {
    const { visitor, login, sessions } = await setUp(kind);
    const { exchange } = visitor().start();
    await login.login(exchange, { identifier: "Harry", password: HARRY });
    const line = setCookies(exchange).find((one) => one.startsWith("__Host-session-device="));
    expect(line).toMatch(/; Max-Age=34560000(;|$)/);
    for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"])
      expect(line).toContain(attribute);
    const listed = kind.stored ? await sessions.list(7) : [{}];
    expect(listed).toHaveLength(1);
  });

  test("does not become known by a wrong password, nor by a login that is not allowed", async () => {
    const { visitor, edit } = await setUp(kind);
    edit(8, { disabled: true });
    const one = visitor();
    await one.login("Harry", WRONG);
    await one.login("Ginny", GINNY);
    expect(one.cookie).toBeUndefined();
  });
});

test("a login succeeds where the device cannot be noted", async () => {
  const { visitor, store } = await setUp({ stored: true });
  const complaints = vi.spyOn(console, "error").mockReturnValue(undefined);
  const { insert } = store;
  store.insert = async (record) => {
    if (record.data.includes("users")) throw new Error("down");
    return insert(record);
  };
  const one = visitor();
  expect(await one.login("Harry", HARRY)).toEqual(IN);
  expect([await one.userId(), one.copy(DEVICE)]).toEqual([7, undefined]);
  expect(complaints).toHaveBeenCalledTimes(1);
  complaints.mockRestore();
});

test("a session is no device, and a login with its token in the device's cookie hides it from nobody", async () => {
  const { visitor, sessions } = await setUp({ stored: true });
  const one = visitor();
  await one.login("Harry", HARRY);
  const swapped = visitor(newAddress(), one.copy("session=")!.replace("session=", DEVICE));
  expect(await swapped.login("Harry", HARRY)).toEqual(IN);
  expect(await sessions.list(7)).toHaveLength(2);
  expect((await one.session()).data).toEqual({ userId: 7 });
  await sessions.revokeUser(7);
  expect([await one.userId(), await swapped.userId()]).toEqual([undefined, undefined]);
});

test("7 and “7” are two users to a device", async () => {
  const setup = await setUp({ stored: true });
  const { users, visitor } = setup;
  const harry = users.get(7)!;
  const owner = visitor();
  await owner.login("Harry", HARRY);
  users.set(70, { ...harry, id: "7" as never, username: "Seven", email: "seven@hogwarts.example" });
  await lock(setup, "Seven");
  expect(await owner.login("Seven", HARRY)).toMatchObject({ reason: "throttled" });
});
