// Compiled and never run: see types.test.ts.
import { expectTypeOf } from "vitest";
import { createGuard, type FetchGuard } from "../../src/adapters/fetch/index.ts";
import {
  createGuard as createStartGuard,
  createLogin,
  type Guard,
} from "../../src/adapters/solid-start/index.ts";
import { definePolicies } from "../../src/auth/policy.ts";
import { createSessions, type UserId } from "../../src/index.ts";

interface User {
  readonly id: number;
  readonly role: "student" | "headmaster";
  readonly changedAt: Date;
}

declare const request: Request;
declare const form: FormData;
declare const load: (id: number) => Promise<User | undefined>;
declare const row: (id: UserId) => Record<string, string | number> | undefined;
const sessions = createSessions<{ userId: number }>({
  password: "a password of at least 32 characters, for tests",
});
const policies = definePolicies<User>()({
  "staff:view": (user: User) => user.role === "headmaster",
  "house:list": (user: User, house: string) => user.role === "headmaster" || house === "gryffindor",
});

/** The user's type is what loadUser answers, and the actions are those of the policies. */
export async function allIsInferred() {
  const guard = createGuard({ sessions, loadUser: load, policies, validSince: (user) => user.changedAt });
  expectTypeOf(await guard.getUser(request)).toEqualTypeOf<User | null>();
  expectTypeOf(await guard.requireUser(request)).toEqualTypeOf<User>();
  expectTypeOf(await guard.authorize(request, "staff:view")).toEqualTypeOf<User>();
  expectTypeOf(await guard.can(request, "house:list", "gryffindor")).toEqualTypeOf<boolean>();
  expectTypeOf(await guard.takeForm(request, "/staff")).toEqualTypeOf<Readonly<Record<string, string>>>();
  await guard.requireFresh(request, { next: "/staff", within: 60, form, fields: ["reason"] });
  // @ts-expect-error -- there is no such action
  await guard.can(request, "staff:veiw");
  // @ts-expect-error -- this one needs a resource
  await guard.authorize(request, "house:list");
  // @ts-expect-error -- of another type
  await guard.authorize(request, "house:list", 7);
  // @ts-expect-error -- this one takes none
  await guard.can(request, "staff:view", "gryffindor");
}

/** In SolidStart the same, without the request. */
export async function inSolidStart() {
  const guard = createStartGuard({ sessions, loadUser: load, policies });
  expectTypeOf(await guard.getUser()).toEqualTypeOf<User | null>();
  expectTypeOf(await guard.authorize("house:list", "gryffindor")).toEqualTypeOf<User>();
  // @ts-expect-error -- there is no such action
  await guard.authorize("house:lost", "gryffindor");
  const GET = guard.withUser(async ({ params }: { params: { house: string } }, user) => {
    expectTypeOf(user).toEqualTypeOf<User>();
    return Response.json([params.house, user.role]);
  });
  expectTypeOf(await GET({ params: { house: "gryffindor" } })).toEqualTypeOf<Response>();
}

/** Without policies there is no action to ask for. */
export async function withoutPolicies() {
  const guard = createStartGuard({ sessions, loadUser: load });
  expectTypeOf(guard).toEqualTypeOf<Guard<User>>();
  expectTypeOf(createGuard({ sessions, loadUser: load })).toEqualTypeOf<FetchGuard<User>>();
  // @ts-expect-error -- nobody may do anything
  await guard.can("staff:view");
}

/** A row as a database client answers it is a user, and loose sessions have guards and logins too. */
export async function withoutAWordOfTypes() {
  const loose = createSessions({ password: "a password of at least 32 characters, for tests" });
  const guard = createStartGuard({ sessions: loose, loadUser: (id) => row(id) });
  const login = createLogin({ sessions: loose, findUser: (name) => row(name) });
  expectTypeOf(await guard.requireUser()).toEqualTypeOf<Record<string, string | number>>();
  expectTypeOf(await login.submit(form)).toEqualTypeOf<Response>();
}

/** What is called otherwise is an error. */
export function wrongOptions() {
  // @ts-expect-error -- validSince
  createGuard({ sessions, loadUser: load, validsince: () => 0 });
  // @ts-expect-error -- the policies of another user
  createGuard({ sessions, loadUser: () => ({ name: "Ada" }), policies });
}
