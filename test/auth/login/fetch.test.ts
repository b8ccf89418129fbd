import { expect, test } from "vitest";
import {
  createGuard,
  createLogin,
  useSession,
  withSessions,
  type FetchLogin,
} from "../../../src/adapters/fetch/index.ts";
import { client, serve } from "../../adapters/fetch-server.ts";
import { codeOf, kinds } from "../../sessions/harness.ts";
import { cheap, GINNY, HARRY, setUp, WRONG, type Data, type User } from "./harness.ts";

const NEW = "a password that nobody had before";

type Step = (login: FetchLogin, request: Request, form: FormData) => unknown;

/** What the application does with a form that was sent to a path; its answer is JSON. */
const STEPS: Readonly<Record<string, Step>> = {
  "/login": (login, request, form) => login.login(request, form),
  "/login-json": async (login, request, form) =>
    login.login(request, { identifier: form.get("username"), password: form.get("password") }),
  "/pending": async (login, request) => (await login.pendingLogin(request))?.userId ?? null,
  "/finish": (login, request) => login.finishLogin(request, "totp"),
  "/confirm": (login, request, form) => login.confirm(request, form.get("password")),
  "/change": (login, request, form) =>
    login.changePassword(request, { current: form.get("password"), next: form.get("next") }),
  "/logout": async (login, request) => (await login.logout(request)) ?? null,
};

test.each(kinds)(
  "over real HTTP and in a $kind session, a user logs in, confirms, changes the password and logs out",
  async (kind) => {
    const { sessions, users, findUser, findById, savePasswordHash } = await setUp(kind);
    const login = createLogin<User, Data>({
      sessions,
      findUser,
      findById,
      savePasswordHash,
      passwords: cheap,
      nextStep: ({ id }) => (id === 8 ? "totp" : undefined),
    });
    const guard = createGuard<User, Data>({ sessions, loadUser: (id) => users.get(Number(id)) });
    const handle = withSessions(
      async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/name") return Response.json((await guard.getUser(request))?.username ?? null);
        const outcome = await STEPS[pathname]!(login, request, await request.formData());
        // In the very request of the login, the guard knows the user.
        const name = (await guard.getUser(request))?.username ?? null;
        return Response.json({ outcome, name, methods: (await useSession(request, sessions)).methods });
      },
      { address: () => "192.0.2.7" },
    );
    const browser = client(await serve(handle));
    const send = async (path: string, fields: Record<string, string> = {}) => {
      const body = new FormData();
      for (const [name, value] of Object.entries({ none: "", ...fields })) body.append(name, value);
      return (await browser(path, { method: "POST", body })).json();
    };
    const name = async () => (await browser("/name")).json();

    expect(await send("/login", { username: "Harry", password: WRONG })).toMatchObject({
      outcome: { ok: false, status: 401 },
      name: null,
    });
    expect(await name()).toBeNull();
    expect(await send("/login", { username: "Harry", password: HARRY })).toEqual({
      outcome: { ok: true, userId: 7 },
      name: "Harry",
      methods: ["password"],
    });
    expect(await name()).toBe("Harry");
    expect(await send("/confirm", { password: HARRY })).toMatchObject({
      outcome: { ok: true },
      name: "Harry",
    });
    expect(await send("/change", { password: HARRY, next: NEW })).toMatchObject({
      outcome: { ok: true },
      name: "Harry",
    });
    expect(await send("/logout")).toMatchObject({ outcome: null, name: null });
    expect(await name()).toBeNull();
    expect(await send("/login-json", { username: "Harry", password: NEW })).toMatchObject({ name: "Harry" });

    expect(await send("/login", { username: "Ginny", password: GINNY })).toMatchObject({
      outcome: { reason: "step", step: "totp" },
      name: null,
    });
    expect(await send("/pending")).toMatchObject({ outcome: 8 });
    expect(await send("/finish")).toMatchObject({
      outcome: { ok: true, userId: 8 },
      name: "Ginny",
      methods: ["password", "totp"],
    });
    expect(await login.resetPassword(8, NEW)).toEqual({ ok: true, userId: 8 });
    expect(await name()).toBe(kind.stored ? null : "Ginny");
  },
);

test("outside of withSessions a login is an error, and never one of nobody's", async () => {
  const { sessions, findUser } = await setUp({ stored: true });
  const login = createLogin<User, Data>({ sessions, findUser, passwords: cheap });
  const request = new Request("https://app.example/login", { method: "POST" });
  const given = { identifier: "Harry", password: HARRY };
  for (const call of [
    () => login.login(request, given),
    () => login.pendingLogin(request),
    () => login.finishLogin(request, "totp"),
    () => login.logout(request),
    () => login.confirm(request, HARRY),
    () => login.changePassword(request, { current: HARRY, next: NEW }),
  ])
    expect(await codeOf(call)).toBe("ERR_SESSION_NO_REQUEST");
  expect(findUser).not.toHaveBeenCalled();
});
