import { describe, expect, test } from "vitest";
import { lateLogin } from "../../../src/auth/login/late.ts";
import { codeOf, errorOf, kinds } from "../../sessions/harness.ts";
import { HARRY, setUp, type Options } from "./harness.ts";

describe.each(kinds)("createLogin over $kind sessions", (kind) => {
  test.each(["mayLogin", "canLogIn", "throtle", "findUserById", "password"])(
    "refuses the option %s, which there is not, instead of doing without it",
    async (name) => {
      const { code, message } = await errorOf(() => setUp(kind, { login: { [name]: () => false } }));
      expect([code, message]).toEqual(["ERR_SESSION_CONFIG", `${name} is not an option of createLogin.`]);
    },
  );

  test.each([undefined, null, "Harry"])(
    "needs findUser when the application starts, not %s",
    async (findUser) => {
      const { code, message } = await errorOf(() => setUp(kind, { login: { findUser: findUser as never } }));
      expect([code, message]).toEqual(["ERR_SESSION_CONFIG", "createLogin needs findUser, a function."]);
    },
  );

  test("takes undefined for every option that there may be", async () => {
    const { sessions, visitor, users } = await setUp(kind);
    const options = {
      sessions,
      findUser: () => users.get(7),
      findById: undefined,
      userId: undefined,
      passwordHash: undefined,
      mayLogIn: undefined,
      sessionData: undefined,
      savePasswordHash: undefined,
      nextStep: undefined,
      passwords: undefined,
      rules: undefined,
      throttle: undefined,
      trustedOrigins: undefined,
    };
    const login = lateLogin(options as unknown as Options);
    const outcome = await visitor().request((exchange) =>
      login.login(exchange, { identifier: "Harry", password: HARRY }),
    );
    expect(outcome).toEqual({ ok: true, userId: 7 });
  });

  test.each([
    ["a promise", async () => false],
    ["a number", () => 1],
    ["a text", () => "no"],
    ["nothing", () => undefined],
  ])("lets nobody in where mayLogIn answers %s, and says so", async (_what, mayLogIn) => {
    const { visitor } = await setUp(kind, { login: { mayLogIn: mayLogIn as never } });
    const one = visitor();
    const { code, message } = await errorOf(() => one.login("Harry", HARRY));
    expect([code, message]).toEqual(["ERR_SESSION_CONFIG", "mayLogIn must answer true or false."]);
    expect(await one.userId()).toBeUndefined();
  });

  test.each([
    ["no id", undefined],
    ["a big integer", 7n],
    ["an object", { id: 7 }],
    ["null", null],
  ])("says so where a user has %s", async (_what, id) => {
    const { visitor, edit } = await setUp(kind);
    edit(7, { id: id as never });
    expect(await codeOf(() => visitor().login("Harry", HARRY))).toBe("ERR_SESSION_CONFIG");
  });

  test("says so where the session's data names nobody afterwards", async () => {
    const { visitor } = await setUp(kind, { login: { sessionData: () => ({ cart: [] }) } });
    const one = visitor();
    expect(await codeOf(() => one.login("Harry", HARRY))).toBe("ERR_SESSION_INVALID_UPDATE");
    expect(await one.userId()).toBeUndefined();
  });

  test("passes on what the application's own functions throw, and nobody is in", async () => {
    const down = new Error("The database is down.");
    const fail = (): never => {
      throw down;
    };
    const failures: Partial<Options>[] = [
      { findUser: fail },
      { findUser: () => Promise.reject(down) },
      { mayLogIn: fail },
      { sessionData: fail },
      { nextStep: () => Promise.reject(down) },
      { passwordHash: fail },
    ];
    for (const login of failures) {
      const { visitor } = await setUp(kind, { login });
      const one = visitor();
      await expect(one.login("Harry", HARRY)).rejects.toBe(down);
      expect(await one.userId()).toBeUndefined();
    }
  });

  test("says when the application starts that a name leaves no room for the devices'", async () => {
    const longest = "n".repeat(57);
    const { visitor } = await setUp(kind, { name: longest });
    expect(await visitor().login("Harry", HARRY)).toEqual({ ok: true, userId: 7 });
    for (const login of [{}, { throttle: false }] as const) {
      const { code, message } = await errorOf(() => setUp(kind, { name: `${longest}n`, login }));
      expect(code).toBe("ERR_SESSION_CONFIG");
      expect(message).toMatch(/name .* at most 57 characters/);
    }
  });

  test("takes sessions of createSessions and no others", () => {
    expect(() => lateLogin({ sessions: { name: "session" } as never, findUser: () => undefined })).toThrow(
      expect.objectContaining({ code: "ERR_SESSION_CONFIG" }),
    );
  });
});
