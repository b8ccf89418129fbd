import { describe, expect, test, vi } from "vitest";
import { createGuard, createLogin, withSessions } from "../../src/adapters/fetch/index.ts";
import { answerForm } from "../../src/auth/login/form-answer.ts";
import type { LoginOptions } from "../../src/auth/login/options.ts";
import { refuse } from "../../src/auth/login/outcome.ts";
import { createPasswords } from "../../src/auth/password.ts";
import { codeOf } from "../sessions/harness.ts";
import { setUpGuard, type Data } from "./guard-harness.ts";

const SITE = "https://app.example";
const PASSWORD = "canary-password";

const passwords = createPasswords({ memory: 8, passes: 1 });
const ada = { id: 7, passwordHash: await passwords.hash(PASSWORD) };

type Fields = Readonly<Record<string, string>>;

function setUp(options: Partial<LoginOptions<typeof ada, Data>> = {}) {
  const { sessions, users, events, store } = setUpGuard({ stored: true });
  const findUser = (name: string) => (name === "ada" ? ada : undefined);
  const login = createLogin<typeof ada, Data>({ sessions, passwords, findUser, throttle: false, ...options });
  const guard = createGuard({ sessions, loadUser: (id) => users.get(id) });
  /** Sends a login form; answers the response, and who is logged in afterwards in the same request. */
  async function submit(
    sent: Fields | FormData,
    headers: Readonly<Record<string, string>> = { origin: SITE },
  ) {
    const form = sent instanceof FormData ? sent : new FormData();
    if (!(sent instanceof FormData))
      for (const [name, value] of Object.entries(sent)) form.append(name, value);
    let user: string | undefined;
    const handle = withSessions(async (request) => {
      const answer = await login.submit(request, form);
      user = await guard.getUser(request).then(
        (found) => found?.name,
        () => undefined,
      );
      return answer;
    });
    const response = await handle(new Request(`${SITE}/login`, { method: "POST", headers }));
    return { response, location: response.headers.get("location"), user };
  }
  return { submit, events, store, sessions };
}

const right = { username: "ada", password: PASSWORD };
const wrong = { username: "ada", password: "wrong" };

describe("submit", () => {
  test.each([
    { form: "without next", next: {}, location: "/" },
    { form: "with an empty one", next: { next: "" }, location: "/" },
    {
      form: "with a page",
      next: { next: "/houses/gryffindor?year=3#top" },
      location: "/houses/gryffindor?year=3#top",
    },
    { form: "with another site", next: { next: "//evil.example" }, location: "/" },
  ])("logs in and leads on: a form $form", async ({ next, location }) => {
    const { submit } = setUp();
    const answer = await submit({ ...right, ...next });
    expect([answer.response.status, answer.location, answer.user]).toEqual([303, location, "Ada"]);
    expect(answer.response.headers.get("cache-control")).toMatch(/no-store/);
    expect(answer.response.headers.getSetCookie()).toHaveLength(2);
  });

  test.each([
    { form: "without next", next: {}, location: "/login?error=invalid" },
    { form: "with a page", next: { next: "/a?b=c" }, location: "/login?error=invalid&next=%2Fa%3Fb%3Dc" },
    { form: "with another site", next: { next: "https://evil.example" }, location: "/login?error=invalid" },
  ])("leads back to the login page after a wrong password: a form $form", async ({ next, location }) => {
    const { submit } = setUp();
    const answer = await submit({ ...wrong, ...next });
    expect([answer.response.status, answer.location, answer.user]).toEqual([303, location, undefined]);
    expect(answer.response.headers.getSetCookie()).toEqual([]);
  });

  test("answers the same for a user that does not exist", async () => {
    const { submit } = setUp();
    const unknown = await submit({ username: "nobody", password: PASSWORD });
    const known = await submit(wrong);
    expect([...unknown.response.headers]).toEqual([...known.response.headers]);
    expect(unknown.response.status).toBe(known.response.status);
  });

  test("has another login page where the application says so", async () => {
    const { submit } = setUp({ loginPath: "/account?login" });
    expect((await submit(wrong)).location).toBe("/account?login&error=invalid");
    expect(await codeOf(() => setUp({ loginPath: "https://sso.example/" }))).toBe("ERR_SESSION_CONFIG");
  });

  test("names the step that is left", async () => {
    const { submit } = setUp({ nextStep: () => "totp" });
    const answer = await submit({ ...right, next: "/a" });
    expect([answer.location, answer.user]).toEqual(["/login?step=totp&next=%2Fa", undefined]);
  });

  test("tells of too many attempts", async () => {
    const { submit } = setUp({ throttle: { account: { limit: 2, window: 900 }, address: false } });
    const locations = [];
    for (let attempt = 0; attempt < 3; attempt++) locations.push((await submit(wrong)).location);
    expect(locations).toEqual(["/login?error=invalid", "/login?error=invalid", "/login?error=throttled"]);
    // The right password as well.
    expect(await submit(right)).toMatchObject({ location: "/login?error=throttled", user: undefined });
  });

  test("tells another site's form that it is one", async () => {
    const { submit } = setUp();
    const answer = await submit(right, { origin: "https://evil.example" });
    expect([answer.location, answer.user]).toEqual(["/login?error=cross-site", undefined]);
    expect(answer.response.headers.getSetCookie()).toEqual([]);
  });

  test.each([
    {
      fault: "the users' database",
      options: { findUser: () => Promise.reject(new Error("canary of a fault")) },
    },
    { fault: "no address is known, and it was to be counted", options: { throttle: {} } },
  ])("logs a fault and says that it does not work: $fault", async ({ options }) => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const { submit } = setUp(options);
    const answer = await submit({ ...right, next: "/a" });
    expect([answer.response.status, answer.location]).toEqual([303, "/login?error=unavailable&next=%2Fa"]);
    expect(answer.user).toBeUndefined();
    expect(answer.response.headers.getSetCookie()).toEqual([]);
    expect(logged).toHaveBeenCalledOnce();
    expect(JSON.stringify([...answer.response.headers])).not.toContain("canary");
    logged.mockRestore();
  });

  test("says that it does not work while the store is down, and logs nobody in", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const { submit, store } = setUp();
    store.insert = () => Promise.reject(new Error("down"));
    const answer = await submit(right);
    expect([answer.location, answer.user]).toEqual(["/login?error=unavailable", undefined]);
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
  });

  test.each([null, undefined, "a text", 7, {}, []])(
    "takes what is no form for a failed login: %o",
    async (sent) => {
      const { sessions } = setUp();
      const login = createLogin({ sessions, passwords, findUser: () => ada, throttle: false });
      const handle = withSessions((request) => login.submit(request, sent as FormData));
      const response = await handle(
        new Request(`${SITE}/login`, { method: "POST", headers: { origin: SITE } }),
      );
      expect([response.status, response.headers.get("location")]).toEqual([303, "/login?error=invalid"]);
    },
  );

  test("is kept by no cache, whatever became of the session", async () => {
    for (const outcome of [refuse("cross-site"), { ok: true, userId: 7 } as const]) {
      const response = await answerForm(new FormData(), "/login", async () => outcome);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  test("hands on an answer that is thrown, and takes it for no fault", async () => {
    const thrown = new Response(null, { status: 403 });
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(answerForm(new FormData(), "/login", () => Promise.reject(thrown))).rejects.toBe(thrown);
    expect(logged).not.toHaveBeenCalled();
    logged.mockRestore();
  });

  test("puts nothing that was typed into an address", async () => {
    const { submit } = setUp();
    const { response } = await submit({ username: "canary-name", password: PASSWORD, next: "/a" });
    expect(JSON.stringify([...response.headers])).not.toContain("canary");
  });
});
