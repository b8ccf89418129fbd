import { isSessionError, SessionError } from "../core/errors.ts";
import type { Data } from "../core/json.ts";
import type { DenialReason } from "../events.ts";
import type { Exchange } from "../exchange.ts";
import type { UserId } from "../options.ts";
import { partsOf } from "../parts.ts";
import type { Session } from "../session.ts";
import type { Sessions } from "../sessions.ts";
import type { Policies, PolicyRules, ResourceArguments } from "./policy.ts";
import { safeNext } from "./redirect.ts";

/** Options of `createGuard`. */
export interface GuardOptions<
  User,
  T extends object = Data,
  Rules extends PolicyRules<User> = Record<never, never>,
> {
  readonly sessions: Sessions<T>;
  /**
   * Finds the user of a session. `null` or `undefined` (deleted, disabled) counts as nobody. Called at most once
   * a request for one id. A method, so that it may take the one kind of id that the application has.
   */
  loadUser(userId: UserId): User | null | undefined | Promise<User | null | undefined>;
  /** Who may do what, for `can` and `authorize`. @default nobody may do anything */
  readonly policies?: Policies<User, Rules> | undefined;
  /**
   * When a user's sessions became void for the last time, such as by a change of the password: sessions that were logged in to
   * earlier than that are nobody's. Sealed sessions cannot be ended in another way. Milliseconds since the epoch, or a date.
   *
   * @default never
   */
  validSince?(user: User): number | Date | null | undefined;
  /** Path of the page to log in on. @default "/login" */
  readonly loginPath?: string | undefined;
  /** Path of the page to type the password again on; see `requireFresh`. @default "/confirm" */
  readonly confirmPath?: string | undefined;
}

/** Options of `requireUser`. */
export interface RequireOptions {
  /** Path to come back to after the login. @default the page's own, where it is known */
  readonly next?: string | undefined;
}

/** Options of `requireFresh`. */
export interface RequireFreshOptions extends RequireOptions {
  /** Seconds since the user has typed the password, at most. @default 300 */
  readonly within?: number | undefined;
  /** A form whose handling this interrupts: what was typed is there again afterwards, for `takeForm` on the page `next`. */
  readonly form?: FormData | undefined;
  /** The fields of it to keep, in the session; name no password. @default none */
  readonly fields?: readonly string[] | undefined;
}

/** Seconds after which a visitor may try again who came while the store was down. */
export const RETRY_AFTER = "2";
/** OWASP ASVS 5.0 7.5.1 asks for it before sensitive changes; five minutes are enough to fill a form in. */
const FRESH = 300;

/** What a guard of any adapter answers to somebody whom it does not let pass. */
export interface Refusal {
  /** Sends a visitor's browser to the login page, and from there back to `next`. */
  login(next?: string): Response;
  /** Sends a visitor's browser to where the password is typed again, and from there back to `next`. */
  confirm(next?: string): Response;
  /** Tells a program: 401 with `{ "error": "unauthenticated" }`. */
  unauthenticated(): Response;
  /** Tells a program that the password has to be typed again: 401 with `{ "error": "confirmation-required" }`. */
  stale(): Response;
  /** Tells a program: 403 with `{ "error": "forbidden" }`. */
  forbidden(): Response;
  /** Tells a program that nobody knows who is logged in, as the store is down: 503 with `{ "error": "unavailable" }`. */
  unavailable(): Response;
}

/** The part of a guard that is the same for every adapter. */
export interface GuardCore<User, Rules extends PolicyRules<User>> {
  readonly refusal: Refusal;
  getUser(exchange: Exchange): Promise<User | null>;
  /** Whether whoever is logged in may do something. */
  can<Action extends keyof Rules & string>(
    exchange: Exchange,
    action: Action,
    ...resource: ResourceArguments<Rules[Action]>
  ): Promise<boolean>;
  /** Whether whoever is logged in meets a requirement; notes who does not. */
  check(exchange: Exchange, requirement: Requirement): Promise<Passed<User> | Stopped>;
  /** What was typed into a form of this page before the password had to be typed again; nothing a second time. */
  takeForm(exchange: Exchange, page: string): Promise<Readonly<Record<string, string>>>;
}

/** What it takes to pass, beside being logged in. */
export interface Requirement {
  readonly fresh?: RequireFreshOptions | undefined;
  readonly action?: { readonly name: string; readonly resource: readonly unknown[] } | undefined;
}

/** Who passes. */
export interface Passed<User> {
  readonly user: User;
}

/** Why somebody does not. */
export interface Stopped {
  readonly reason: DenialReason;
}

interface Loaded<User> {
  readonly userId: UserId;
  readonly user: Promise<User | null>;
}

/** Builds what the guards of all adapters share. They add where the request comes from and how a refusal leaves. */
export function guardCore<User, T extends object, Rules extends PolicyRules<User>>(
  options: GuardOptions<User, T, Rules>,
): GuardCore<User, Rules> {
  const { sessions, policies, loginPath = "/login", confirmPath = "/confirm" } = options;
  const { now, emit, addressOf } = partsOf(sessions);
  const loaded = new WeakMap<Exchange, Loaded<User>>();

  async function load(userId: UserId, authenticatedAt: number | undefined): Promise<User | null> {
    const user = await options.loadUser(userId);
    if (user === null || user === undefined) return null;
    const since = options.validSince?.(user) ?? undefined;
    return since === undefined || (authenticatedAt ?? 0) >= Number(since) ? user : null;
  }

  function mayDo(user: User, { name, resource }: NonNullable<Requirement["action"]>): boolean {
    return policies?.can(user, name as never, ...(resource as never)) ?? false;
  }

  const core: GuardCore<User, Rules> = {
    refusal: refusalOf(loginPath, confirmPath),

    async getUser(exchange) {
      const session = await sessions.open(exchange);
      const userId = sessions.userIdOf(session.data);
      if (userId === undefined) return null;
      const known = loaded.get(exchange);
      // Another id: somebody logged in during this request.
      if (known !== undefined && known.userId === userId) return known.user;
      const user = load(userId, session.authenticatedAt);
      loaded.set(exchange, { userId, user });
      return user;
    },

    async can(exchange, action, ...resource) {
      const user = await core.getUser(exchange);
      return user !== null && mayDo(user, { name: action, resource });
    },

    async check(exchange, { fresh, action }) {
      const user = await core.getUser(exchange);
      const stop = (reason: DenialReason): Stopped => {
        const userId = user === null ? undefined : String(loaded.get(exchange)!.userId);
        emit({ type: "denied", reason, action: action?.name, userId, address: addressOf(exchange) });
        return { reason };
      };
      if (user === null) return stop("anonymous");
      if (action !== undefined && !mayDo(user, action)) return stop("forbidden");
      if (fresh === undefined) return { user };
      const session = await sessions.open(exchange);
      if (isFresh(session, fresh.within ?? FRESH, now())) return { user };
      await keepForm(session, fresh);
      return stop("stale");
    },

    async takeForm(exchange, page) {
      const session = await sessions.open(exchange);
      return ((await session.flash.take(formKey(pageOf(page) ?? ""))) ?? {}) as Record<string, string>;
    },
  };
  return core;
}

function isFresh({ authenticatedAt }: Session, within: number, now: number): boolean {
  if (authenticatedAt === undefined) return false;
  const age = (now - authenticatedAt) / 1000;
  // A clock that was set back makes nothing fresh for longer.
  return age < within && age > -within;
}

async function keepForm(session: Session, { form, fields = [], next }: RequireFreshOptions): Promise<void> {
  const page = pageOf(next);
  if (form === undefined || page === undefined) return;
  const texts = fields.map((field) => [field, form.get(field)] as const);
  const kept = texts.filter(([, value]) => typeof value === "string");
  if (kept.length === 0) return;
  try {
    await session.flash.set(formKey(page), Object.fromEntries(kept));
  } catch (error) {
    // Then it has to be typed again.
    if (!isSessionError(error, "ERR_SESSION_COOKIE_TOO_LARGE")) throw error;
  }
}

/** The error of a user who may not do what was asked for. */
export function forbidden(): SessionError {
  return new SessionError("ERR_SESSION_FORBIDDEN", "This user may not do that.");
}

function refusalOf(loginPath: string, confirmPath: string): Refusal {
  return {
    login: (next) => redirectTo(loginPath, next),
    confirm: (next) => redirectTo(confirmPath, next),
    unauthenticated: () => jsonError(401, "unauthenticated"),
    stale: () => jsonError(401, "confirmation-required"),
    forbidden: () => jsonError(403, "forbidden"),
    unavailable: () => jsonError(503, "unavailable", { "Retry-After": RETRY_AFTER }),
  };
}

/** The page without its query, which a form's own page may have changed. */
function pageOf(next: string | undefined): string | undefined {
  const path = next === undefined ? "" : safeNext(next, "");
  return path === "" ? undefined : new URL(path, "http://n").pathname;
}

const formKey = (page: string): string => `form of ${page}`;

function redirectTo(page: string, next: string | undefined): Response {
  const target = next === undefined ? "" : safeNext(next, "");
  const query = target === "" ? "" : `?next=${encodeURIComponent(target)}`;
  return new Response(null, {
    status: 302,
    headers: { Location: page + query, "Cache-Control": "no-store" },
  });
}

function jsonError(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(
    { error },
    { status, headers: { "Cache-Control": "private, no-store", Vary: "Cookie", ...headers } },
  );
}
