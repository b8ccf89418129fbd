import { describe, expect, test } from "vitest";
import { guardCore } from "../../src/auth/guard.ts";
import { createSessions } from "../../src/sessions.ts";
import { cookieFor, testExchange } from "../../src/testing/index.ts";
import { DEVICE, GINNY, HARRY, newAddress, setUp, WRONG, type Visitor } from "../auth/login/harness.ts";
import { kinds, tokenIn } from "../sessions/harness.ts";

const SESSION = "__Host-session=";
const DEVICE_COOKIE = `__Host-${DEVICE}`;

/** The token that a visitor has in a cookie. */
function tokenOf(visitor: Visitor, cookie = SESSION): string {
  return tokenIn(visitor.cookie?.split("; ").find((pair) => pair.startsWith(cookie)));
}

describe.each(kinds)("the token of a $kind session", (kind) => {
  test("that was planted before a login is nobody's after it", async () => {
    const { sessions, visitor } = await setUp(kind);
    const logins: ((victim: Visitor) => Promise<unknown>)[] = [
      (victim) => victim.login("Harry", HARRY),
      // As an application does that has a login of its own.
      (victim) => victim.request(async (exchange) => (await sessions.open(exchange)).update({ userId: 7 })),
    ];
    for (const logIn of logins) {
      const attacker = visitor();
      await attacker.fill("planted");
      const victim = visitor(newAddress(), attacker.cookie);
      await logIn(victim);
      expect([await victim.userId(), await attacker.userId()]).toEqual([7, undefined]);
      expect(tokenOf(victim)).not.toBe(tokenOf(attacker));

      // Nor does the logout leave a token that both know.
      await victim.logout();
      await attacker.login("Ginny", GINNY);
      expect(await victim.userId()).toBeUndefined();
    }
  });

  test("is nobody's once the user is deleted or disabled", async () => {
    const { sessions, users, edit, visitor } = await setUp(kind);
    const loadUser = (id: string | number) => {
      const user = users.get(Number(id));
      return user?.disabled === true ? null : user;
    };
    const guard = guardCore({ sessions, loadUser });
    const nameOf = (one: Visitor) =>
      one.request(async (exchange) => (await guard.getUser(exchange))?.username);
    const [harry, ginny] = [visitor(), visitor()];
    await harry.login("Harry", HARRY);
    await ginny.login("Ginny", GINNY);
    expect([await nameOf(harry), await nameOf(ginny)]).toEqual(["Harry", "Ginny"]);

    users.delete(7);
    edit(8, { disabled: true });
    expect([await nameOf(harry), await nameOf(ginny)]).toEqual([undefined, undefined]);
    expect(await harry.login("Harry", HARRY)).toMatchObject({ ok: false, reason: "invalid" });
    expect(await ginny.login("Ginny", GINNY)).toMatchObject({ ok: false, reason: "invalid" });
  });

  test("is none of a device, nor is a device's one of a session", async () => {
    const { sessions, visitor } = await setUp(kind);
    const harry = visitor();
    await harry.login("Harry", HARRY);
    const cookie = SESSION + tokenOf(harry, DEVICE_COOKIE) + "; " + DEVICE_COOKIE + tokenOf(harry);
    const { id, data } = await sessions.open(testExchange({ cookie }));
    expect([id, data]).toEqual([undefined, {}]);

    // Locked everywhere but on the device.
    for (let n = 0; n < 10; n++) await visitor().login("Harry", WRONG);
    const swapped = visitor(newAddress(), cookie);
    expect(await swapped.login("Harry", HARRY)).toMatchObject({ reason: "throttled" });
    await harry.logout();
    expect(await harry.login("Harry", HARRY)).toMatchObject({ ok: true });
  });
});

describe("no token of a stored session", () => {
  test("is anybody's after the logout, whichever it had", async () => {
    const { sessions, visitor } = await setUp({ stored: true });
    const harry = visitor();
    const copies: Visitor[] = [];
    const steps = [
      () => harry.login("Harry", HARRY),
      () => harry.confirm(HARRY),
      () => harry.request(async (exchange) => (await sessions.open(exchange)).rotate()),
    ];
    for (const step of steps) {
      await step();
      copies.push(visitor(newAddress(), harry.cookie));
    }
    const userIds = () => Promise.all(copies.map((copy) => copy.userId()));
    expect(await userIds()).toEqual([undefined, undefined, 7]);
    await harry.logout();
    expect(await userIds()).toEqual([undefined, undefined, undefined]);
    expect(new Set(copies.map((copy) => tokenOf(copy))).size).toBe(3);
  });

  test("opens anything under another name, though both share the store", async () => {
    const { clock, store } = await setUp({ stored: true });
    const named = (name: string) => createSessions({ store, name, now: clock.now });
    const names = ["user", "admin", "users", "user-device"];
    for (const from of names) {
      const cookie = await cookieFor(named(from), { userId: 7 });
      for (const to of names) {
        const moved = cookie.replace(`__Host-${from}=`, `__Host-${to}=`);
        const { data } = await named(to).open(testExchange({ cookie: moved }));
        expect(data, `${from} as ${to}`).toEqual(from === to ? { userId: 7 } : {});
      }
    }
  });

  test("outlives the user's others by being passed off as a device's", async () => {
    const { sessions, visitor } = await setUp({ stored: true });
    const harry = visitor();
    await harry.login("Harry", HARRY);
    const stolen = tokenOf(harry);

    const thief = visitor(newAddress(), DEVICE_COOKIE + stolen);
    await thief.login("Ginny", GINNY);
    expect(await sessions.list(7)).toHaveLength(1);
    await sessions.revokeUser(7);
    thief.cookie = SESSION + stolen;
    expect(await thief.userId()).toBeUndefined();
  });
});
