import { afterEach, beforeEach, describe, expect, test, vi, type Mock } from "vitest";
import { createPasswords } from "../../../src/auth/password.ts";
import { refuse } from "../../../src/auth/login/outcome.ts";
import { SessionError } from "../../../src/core/errors.ts";
import { kinds } from "../../sessions/harness.ts";
import { CHEAP } from "../password-module.ts";
import { cheap, dearer, GINNY, HARRY, setUp, WRONG } from "./harness.ts";

const IN = { ok: true, userId: 7 };
const NEW = "a password that nobody had before";

let complaints: Mock<typeof console.error>;

beforeEach(() => {
  complaints = vi.spyOn(console, "error").mockReturnValue(undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(kinds)("a login in a $kind session, when hashes cost more than they did,", (kind) => {
  const yesterday = { passwords: dearer };

  test("keeps a new hash of the same password, if the old one is still there", async () => {
    const { visitor, users, savePasswordHash, events } = await setUp(kind, yesterday);
    const [before, one] = [users.get(7)!, visitor()];
    expect(await one.login("Harry", HARRY)).toEqual(IN);
    const { passwordHash } = users.get(7)!;
    expect(savePasswordHash.mock.calls).toEqual([[before, passwordHash, before.passwordHash, "renewed"]]);
    expect(passwordHash).toContain("$m=16,t=1,p=1$");
    expect(await dearer.verify(passwordHash, HARRY)).toBe(true);
    expect(events).toContainEqual(expect.objectContaining({ type: "password-rehashed", userId: "7" }));
    expect(await one.userId()).toBe(7);

    expect(await visitor().login("Harry", HARRY)).toEqual(IN);
    expect(savePasswordHash).toHaveBeenCalledTimes(1);
  });

  test("renews nothing after a wrong password, for a user who may not log in, or without a way to keep it", async () => {
    const { visitor, users, hash, edit } = await setUp(kind, yesterday);
    await visitor().login("Harry", WRONG);
    edit(8, { disabled: true });
    await visitor().login("Ginny", GINNY);
    expect(hash).not.toHaveBeenCalled();

    const without = await setUp(kind, { ...yesterday, login: { savePasswordHash: undefined as never } });
    expect(await without.visitor().login("Harry", HARRY)).toEqual(IN);
    expect([without.hash.mock.calls, users.size]).toEqual([[], 3]);
  });

  const busy = new SessionError("ERR_SESSION_BUSY", "Too many.");
  const down = new Error("The database is down.");

  test.each<{ what: string; save: () => Promise<boolean>; complaint?: unknown }>([
    { what: "keeping it fails", save: () => Promise.reject(down), complaint: down },
    {
      what: "keeping it throws",
      save: () => {
        throw down;
      },
      complaint: down,
    },
    { what: "another hash was kept meanwhile, as far as the database says", save: async () => false },
    {
      what: "the application answers how many rows it has changed",
      save: async () => 0 as never,
      complaint: expect.objectContaining({ code: "ERR_SESSION_CONFIG" }),
    },
  ])("succeeds although $what", async ({ save, complaint }) => {
    const { visitor, savePasswordHash, users, events } = await setUp(kind, yesterday);
    savePasswordHash.mockImplementation(save);
    const [{ passwordHash }, one] = [users.get(7)!, visitor()];
    expect(await one.login("Harry", HARRY)).toEqual(IN);
    expect([await one.userId(), users.get(7)!.passwordHash]).toEqual([7, passwordHash]);
    expect(complaints.mock.calls).toEqual(complaint === undefined ? [] : [[complaint]]);
    expect(events.map(({ type }) => type)).not.toContain("password-rehashed");
  });

  test("succeeds although the hash was kept and its answer got lost", async () => {
    const { visitor, savePasswordHash, edit } = await setUp(kind, yesterday);
    savePasswordHash.mockImplementation(async (user, passwordHash) => {
      edit(user.id, { passwordHash });
      throw down;
    });
    const one = visitor();
    expect(await one.login("Harry", HARRY)).toEqual(IN);
    expect(await one.userId()).toBe(7);
  });

  test("succeeds although too many passwords are being hashed to hash one more", async () => {
    const { visitor, hash, users } = await setUp(kind, yesterday);
    hash.mockRejectedValue(busy);
    const [{ passwordHash }, one] = [users.get(7)!, visitor()];
    expect(await one.login("Harry", HARRY)).toEqual(IN);
    expect([await one.userId(), users.get(7)!.passwordHash]).toEqual([7, passwordHash]);
    expect(complaints).not.toHaveBeenCalled();
  });

  test("answers both of two that a double click has sent, and both are in", async () => {
    const { visitor, login, users } = await setUp(kind, yesterday);
    const one = visitor();
    const requests = [one.start(), one.start()];
    const given = { identifier: "Harry", password: HARRY };
    expect(await Promise.all(requests.map(({ exchange }) => login.login(exchange, given)))).toEqual([IN, IN]);
    for (const { receive } of requests) {
      receive();
      expect(await one.userId()).toBe(7);
    }
    expect(await dearer.verify(users.get(7)!.passwordHash, HARRY)).toBe(true);
  });
});

/** What somebody else may do to a user's row while a login is under way. */
const meanwhiles = [
  { what: "the password was reset", changes: async () => ({ passwordHash: await cheap.hash(NEW) }) },
  { what: "the password was taken away", changes: async () => ({ passwordHash: null }) },
  { what: "the user was disabled", changes: async () => ({ disabled: true }) },
  { what: "the user was deleted", changes: async () => undefined },
];

/** Moments of a login at which it may happen. */
const moments = ["after the lookup", "after the check", "before the session", "after the session"] as const;

describe.each(kinds)("no $kind session survives a login during which", (kind) => {
  describe.each(meanwhiles)("$what", ({ changes }) => {
    // Rows are read as they are at the moment, or are objects that show every later change.
    test.each(moments.flatMap((moment) => [false, true].map((live) => ({ moment, live }))))(
      "$moment (rows that live on: $live)",
      async ({ moment, live }) => {
        const setup = await setUp(kind, {
          // Called last before there is a session.
          login: {
            sessionData: ({ id }) => (moment === "before the session" && meanwhile(), { userId: id }),
          },
        });
        const { visitor, users, findUser, verify, events, store, login, sessions } = setup;
        const changed = await changes();
        let done = false;
        const row = { ...users.get(7)! };
        function meanwhile(): void {
          if (done) return;
          done = true;
          if (changed === undefined) users.delete(7);
          else users.set(7, { ...users.get(7)!, ...changed });
          Object.assign(row, changed);
        }
        findUser.mockImplementation(async () => {
          // The second lookup is the one after there is a session.
          if (moment === "after the session" && findUser.mock.calls.length > 1) meanwhile();
          const found = users.get(7);
          if (moment === "after the lookup") queueMicrotask(meanwhile);
          return found === undefined || !live ? found : row;
        });
        const check = verify.getMockImplementation()!;
        verify.mockImplementation(async (...args) => {
          const right = await check(...args);
          if (moment === "after the check") meanwhile();
          return right;
        });

        const one = visitor();
        const { exchange, receive } = one.start();
        const outcome = await login.login(exchange, { identifier: "Harry", password: HARRY });
        receive();
        expect([done, outcome]).toEqual([true, refuse("invalid")]);
        expect(await one.userId()).toBeUndefined();
        expect(events.map(({ type }) => type)).not.toContain("login");
        expect(await store.findByUser("7")).toEqual([]);
        expect((await sessions.open(exchange)).data).toEqual({});
      },
    );
  });

  test("the name became another user's, with the same password", async () => {
    const { visitor, users, findUser } = await setUp(kind);
    const harry = users.get(7)!;
    const impostor = { ...harry, id: 70, passwordHash: await cheap.hash(HARRY) };
    findUser.mockResolvedValueOnce(harry).mockResolvedValueOnce(impostor);
    const one = visitor();
    expect(await one.login("Harry", HARRY)).toEqual(refuse("invalid"));
    expect(await one.userId()).toBeUndefined();
  });

  test("nobody can say whether the password is still right", async () => {
    const { visitor, findUser, users } = await setUp(kind);
    const down = new Error("The database is down.");
    findUser.mockResolvedValueOnce(users.get(7)).mockRejectedValueOnce(down);
    const one = visitor();
    await expect(one.login("Harry", HARRY)).rejects.toBe(down);
    expect(await one.userId()).toBeUndefined();
  });
});

test("two logins at once cost one check more where both renew the hash, and none otherwise", async () => {
  const count = async (passwords: typeof cheap) => {
    const { visitor, verify } = await setUp({ stored: true }, { passwords });
    await Promise.all([visitor().login("Harry", HARRY), visitor().login("Harry", HARRY)]);
    return verify.mock.calls.length;
  };
  expect([await count(cheap), await count(createPasswords({ ...CHEAP, memory: 24 }))]).toEqual([2, 3]);
});
