// Compiled and never run: see types.test.ts.
import { expectTypeOf } from "vitest";
import { createLogin, type FetchLogin } from "../../src/adapters/fetch/index.ts";
import { createLogin as createStartLogin, type Login } from "../../src/adapters/solid-start/index.ts";
import {
  createSessions,
  type ConfirmOutcome,
  type LoginFailure,
  type LoginOutcome,
  type PasswordOutcome,
  type UserId,
} from "../../src/index.ts";

/** A row as a query answers it, with no column that is called as the library would. */
interface Row {
  readonly uid: string;
  readonly pwd: string | null;
  readonly active: boolean;
}

interface UserSession {
  userId: string;
  theme: "dark" | "light";
}

declare const request: Request;
declare const find: (name: string) => Promise<Row | undefined>;
declare const findNow: (name: string) => Row | null;
declare const findLater: (name: string) => Promise<{ readonly id: number; readonly passwordHash: string }>;
const sessions = createSessions<UserSession>({ password: "a password of at least 32 characters, for tests" });

/** The user's type is what findUser answers, wherever a user comes in again. */
export function theAccountIsInferred() {
  const login = createLogin({
    sessions,
    findUser: (name) => {
      expectTypeOf(name).toEqualTypeOf<string>();
      return find(name);
    },
    findById: (userId) => {
      expectTypeOf(userId).toEqualTypeOf<UserId>();
      return find(String(userId));
    },
    userId: (user) => {
      expectTypeOf(user).toEqualTypeOf<Row>();
      return user.uid;
    },
    passwordHash: (user) => user.pwd,
    mayLogIn: (user) => user.active,
    sessionData: (user) => ({ userId: user.uid }),
    nextStep: async (user) => (user.active ? undefined : "totp"),
    rules: (user) => ({ words: [user.uid] }),
    savePasswordHash(user, hash, previous) {
      expectTypeOf(user).toEqualTypeOf<Row>();
      expectTypeOf(hash).toEqualTypeOf<string>();
      expectTypeOf(previous).toEqualTypeOf<string | null>();
      return true;
    },
  });
  expectTypeOf(login).toEqualTypeOf<FetchLogin>();
}

/** At once, later, null or undefined: all are ways to answer. */
export function findUserAnswersAsItLikes() {
  createLogin({ sessions, findUser: findNow, mayLogIn: (user) => user.active });
  createLogin({ sessions, findUser: findLater, mayLogIn: (user) => user.id > 0 });
  createLogin({
    sessions,
    findUser: async (name) => findNow(name) ?? undefined,
    passwordHash: (user) => user.pwd,
  });
  expectTypeOf(createStartLogin({ sessions, findUser: find })).toEqualTypeOf<Login>();
  const loose = createSessions({ password: "a password of at least 32 characters, for tests" });
  createLogin({ sessions: loose, findUser: find, sessionData: (user) => ({ anything: user.uid }) });
}

/** Options take undefined for absent, and nothing that there is not. */
export function optionTypes() {
  const absent = {
    userId: undefined,
    passwordHash: undefined,
    mayLogIn: undefined,
    sessionData: undefined,
    nextStep: undefined,
    passwords: undefined,
    rules: undefined,
    throttle: undefined,
  };
  createLogin({ sessions, findUser: find, ...absent, trustedOrigins: undefined });
  createLogin({
    sessions,
    findUser: find,
    throttle: { address: false, account: undefined, store: undefined },
  });
  createLogin({ sessions, findUser: find, throttle: false });
  // @ts-expect-error -- called mayLogIn
  createLogin({ sessions, findUser: find, mayLogin: () => false });
  // @ts-expect-error -- a promise is no answer
  createLogin({ sessions, findUser: find, mayLogIn: async () => false });
  // @ts-expect-error -- how many rows were changed is no answer
  createLogin({ sessions, findUser: find, savePasswordHash: () => 1 });
  // @ts-expect-error -- not in the session's data
  createLogin({ sessions, findUser: find, sessionData: () => ({ role: "admin" }) });
  // @ts-expect-error -- some limit, or none
  createLogin({ sessions, findUser: find, throttle: true });
}

/** What is not right is told apart by its reason, and a success has none. */
export async function outcomesNarrow() {
  const login = createLogin({ sessions, findUser: find });
  const outcome = await login.login(request, new FormData());
  expectTypeOf(outcome).toEqualTypeOf<LoginOutcome>();
  if (outcome.ok) {
    expectTypeOf(outcome.userId).toEqualTypeOf<UserId>();
    // @ts-expect-error -- a success has no reason
    return outcome.reason;
  }
  expectTypeOf(outcome.reason).toEqualTypeOf<LoginFailure | "step">();
  expectTypeOf(outcome.status).toEqualTypeOf<number>();
  expectTypeOf(outcome.retryAfter).toEqualTypeOf<number | undefined>();
  if (outcome.reason === "step") return outcome.step;
  // @ts-expect-error -- no step is left after a refusal
  void outcome.step;
  // @ts-expect-error -- nobody is in
  void outcome.userId;
  switch (outcome.reason) {
    case "invalid":
    case "throttled":
    case "busy":
    case "cross-site":
    case "anonymous":
      return outcome.message;
    default:
      return outcome satisfies never;
  }
}

/** A password that cannot be used says why; to confirm one cannot come to that. */
export async function otherOutcomes() {
  const login = createLogin({ sessions, findUser: find });
  const changed = await login.changePassword(request, { current: "x", next: 7 });
  expectTypeOf(changed).toEqualTypeOf<PasswordOutcome>();
  if (!changed.ok && changed.reason === "weak")
    expectTypeOf(changed.problem.code).toEqualTypeOf<"too-short" | "too-long" | "contextual" | "breached">();
  const confirmed = await login.confirm(request, undefined);
  expectTypeOf(confirmed).toEqualTypeOf<ConfirmOutcome>();
  if (!confirmed.ok) expectTypeOf(confirmed.reason).toEqualTypeOf<LoginFailure>();
  // @ts-expect-error -- a text, of whoever resets it
  void login.resetPassword("u7", undefined);
}
