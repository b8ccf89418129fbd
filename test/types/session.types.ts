// Compiled and never run: see types.test.ts.
import * as v from "valibot";
import { expectTypeOf } from "vitest";
import { useSession } from "../../src/adapters/fetch/index.ts";
import {
  createSessions,
  isSessionError,
  type Session,
  type SessionErrorCode,
  type SessionEvent,
  type SessionOptions,
  type Sessions,
} from "../../src/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { testExchange } from "../../src/testing/index.ts";

// As the seed has it: plain optional, not `number | undefined`.
type UserSession = { userId?: number };
declare const request: Request;
declare const user: { id: number } | undefined;
const password = "a password of at least 32 characters, for tests";

/** The seed's code compiles as it stands, on loose sessions. */
export async function theSeedOnLooseSessions() {
  const session = await useSession(request, { password: process.env["SESSION_SECRET"] });
  const { userId } = session.data;
  if (!userId) return null;
  await session.update((d: UserSession) => (d.userId = user!.id));
  return userId as string;
}

/** The seed's code compiles on typed sessions too. */
export async function theSeedOnTypedSessions() {
  const sessions = createSessions<UserSession>({ password: process.env["SESSION_SECRET"] });
  const session = await useSession(request, sessions);
  await session.update((d: UserSession) => (d.userId = user!.id));
  // Another's draft type is theirs to choose, as with h3.
  await session.update((d: { userId?: number | undefined }) => (d.userId = undefined));
  await session.update((d: UserSession) => {
    delete d.userId;
  });
}

/** Loose data can be read and written without a word of types. */
export async function looseData() {
  const sessions = createSessions({ password });
  const session = await sessions.open(testExchange());
  const id: number = session.data.userId;
  const name: string = session.data["name"];
  await session.update({ anything: [1, { deep: true }] });
  await session.update((draft) => {
    draft.count = (draft.count ?? 0) + 1;
  });
  await session.update(async () => ({ later: true }));
  return [id, name];
}

/** Typed data is what was said, each key perhaps absent, and readonly. */
export async function typedData() {
  const sessions = createSessions<{ userId: number; theme: "dark" | "light"; cart: string[] }>({
    password,
  });
  const session = await sessions.open(testExchange());
  expectTypeOf(session).toEqualTypeOf<Session<{ userId: number; theme: "dark" | "light"; cart: string[] }>>();
  expectTypeOf(session.data.userId).toEqualTypeOf<number | undefined>();
  expectTypeOf(session.data.theme).toEqualTypeOf<"dark" | "light" | undefined>();
  // @ts-expect-error -- data is changed by update alone
  session.data.userId = 7;
  // @ts-expect-error -- no such key
  void session.data.userid;
  // @ts-expect-error -- not a string
  await session.update({ userId: "7" });
  // @ts-expect-error -- no such key
  await session.update({ userID: 7 });
  // @ts-expect-error -- not one of them
  await session.update({ theme: "grey" });
  await session.update({ theme: "dark" });
  // @ts-expect-error -- the handle's own fields are readonly
  session.id = "x";
}

/** An update answers the handle, and rotate, clear and flash what they say. */
export async function whatMethodsAnswer() {
  const session = await createSessions<UserSession>({ password }).open(testExchange());
  expectTypeOf(session.update({})).toEqualTypeOf<Promise<Session<UserSession>>>();
  expectTypeOf(session.clear()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(session.rotate()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(session.flash.take("notice")).toEqualTypeOf<Promise<unknown>>();
  expectTypeOf(session.expiresAt).toEqualTypeOf<number | undefined>();
  expectTypeOf(session.state).toEqualTypeOf<"fresh" | "loaded" | "modified" | "destroyed">();
}

/** The type of the data is inferred from a schema. */
export async function dataOfASchema() {
  const schema = v.object({ userId: v.optional(v.number()), theme: v.picklist(["dark", "light"]) });
  const sessions = createSessions({ password, schema });
  expectTypeOf(sessions).toExtend<Sessions<v.InferOutput<typeof schema>>>();
  const session = await sessions.open(testExchange());
  expectTypeOf(session.data.theme).toEqualTypeOf<"dark" | "light" | undefined>();
  // @ts-expect-error -- not in the schema
  void session.data.other;
}

/** Options take undefined for absent, and nothing that there is not. */
export function optionTypes() {
  const environment: { secret?: string } = {};
  const options: SessionOptions<UserSession> = {
    password: environment.secret,
    name: undefined,
    store: undefined,
    idleTimeout: undefined,
    absoluteTimeout: undefined,
    touchInterval: undefined,
    userId: undefined,
    schema: undefined,
    version: undefined,
    migrate: undefined,
    cookie: { domain: undefined, path: undefined, sameSite: undefined, persistent: undefined },
    trustProxy: undefined,
    onEvent: undefined,
    now: undefined,
  };
  createSessions(options);
  createSessions({ password: ["a", "b"] as const });
  createSessions({ store: memoryStore() });
  // @ts-expect-error -- called absoluteTimeout here
  createSessions({ password, maxAge: 60 });
  // @ts-expect-error -- not for choosing
  createSessions({ password, cookie: { httpOnly: false } });
  // @ts-expect-error -- lower case
  createSessions({ password, cookie: { sameSite: "Lax" } });
  // @ts-expect-error -- an object is no id
  createSessions<{ user: { id: number } }>({ password, userId: (data) => data.user });
  createSessions<{ user: { id: number } }>({ password, userId: (data) => data.user?.id });
}

/** Events are told apart by their type. */
export function eventTypes() {
  const tell = (event: SessionEvent): string | undefined => {
    if (event.type === "rejected") return event.reason;
    if (event.type === "rotated") return `${event.previousId} ${event.cause}`;
    // @ts-expect-error -- not every event has a reason
    void event.reason;
    return event.session;
  };
  return createSessions({ password, onEvent: (event) => void tell(event) });
}

/** A caught error is narrowed to its codes. */
export function errorTypes() {
  const error: unknown = request;
  if (isSessionError(error)) expectTypeOf(error.code).toEqualTypeOf<SessionErrorCode>();
  if (isSessionError(error, "ERR_SESSION_STORE")) return error.cause;
  // @ts-expect-error -- no such code
  return isSessionError(error, "ERR_SESSION_STOER");
}
