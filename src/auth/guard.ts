import { clientAddress } from "../client-address.ts";
import { SessionError } from "../core/errors.ts";
import type { Data } from "../core/json.ts";
import { refuseUnknownOptions, requireFunction } from "../core/option-errors.ts";
import type { DenialReason } from "../events.ts";
import type { Exchange } from "../exchange.ts";
import type { UserId } from "../options.ts";
import { partsOf } from "../parts.ts";
import type { Session } from "../session.ts";
import type { Sessions } from "../sessions.ts";
import type { Policies, PolicyRules, ResourceArguments } from "./policy.ts";
import { createKeptForms } from "./kept-forms.ts";
import { createRefusal, type Refuse } from "./refusal.ts";

/** The rules of an application without policies: there is no action that somebody may do. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- it is meant to be empty
export type NoRules = Readonly<Record<never, never>>;

/** Options of `createGuard`. */
export interface GuardOptions<User, T extends object = Data, Rules extends PolicyRules<User> = NoRules> {
  readonly sessions: Sessions<T>;
  /**
   * Finds the user of a session. `null` or `undefined` (deleted, disabled) counts as nobody. Called at most once
   * a request for one id. A method, so that it may take the one kind of id that the application has.
   */
  loadUser(userId: UserId): User | null | undefined | Promise<User | null | undefined>;
  /** Who may do what, for `can` and `authorize`. @default nobody may do anything */
  readonly policies?: Policies<User, Rules> | undefined;
  /**
   * When a user's sessions became void for the last time, such as by a change of the password: sessions that
   * were logged in to earlier than that are nobody's. Sealed sessions cannot be ended in another way.
   * Milliseconds since the epoch, or a date.
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
  /**
   * A form whose handling this interrupts: what was typed is there again afterwards, for `takeForm` on the
   * page `next`.
   */
  readonly form?: FormData | undefined;
  /** The fields of it to keep, in the session; name no password. @default none */
  readonly fields?: readonly string[] | undefined;
}

const KNOWN: ReadonlySet<string> = new Set<keyof GuardOptions<unknown>>([
  "sessions",
  "loadUser",
  "policies",
  "validSince",
  "loginPath",
  "confirmPath",
]);
/** OWASP ASVS 5.0 7.5.1 asks for it before sensitive changes; five minutes are enough to fill a form in. */
const FRESH = 300;

/** The part of a guard that is the same for every adapter. */
export interface GuardCore<User, Rules extends PolicyRules<User>> {
  readonly refuse: Refuse;
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

/** Somebody who is logged in. */
interface Identity<User> {
  readonly userId: UserId;
  readonly user: User;
}

interface Loading<User> {
  readonly userId: UserId;
  readonly user: Promise<User | null | undefined>;
}

/**
 * Builds what the guards of all adapters share. They add where the request comes from and how a refusal leaves.
 *
 * @throws SessionError `ERR_SESSION_CONFIG`, also for an option that there is not: `validsince` would let
 *   everybody pass.
 */
export function guardCore<User, T extends object, Rules extends PolicyRules<User>>(
  options: GuardOptions<User, T, Rules>,
): GuardCore<User, Rules> {
  refuseUnknownOptions(options, KNOWN, "createGuard");
  requireFunction(options, "loadUser", "createGuard");
  const { sessions, policies } = options;
  const { now, emit, trust } = partsOf(sessions);
  const forms = createKeptForms(sessions);
  /** What this guard's loading is called among the locals of a request. */
  const own = Symbol("guard");

  /** The user of an id, asked for once a request; anew when somebody else has logged in during this request. */
  function load(exchange: Exchange, userId: UserId): Promise<User | null | undefined> {
    const known = exchange.locals.get(own) as Loading<User> | undefined;
    if (known !== undefined && known.userId === userId) return known.user;
    const user = (async () => options.loadUser(userId))();
    exchange.locals.set(own, { userId, user } satisfies Loading<User>);
    return user;
  }

  /**
   * Whether the user's sessions of that time are still good. Not kept: whose session was void may log in
   * during this request.
   */
  function isValid(user: User, authenticatedAt = 0): boolean {
    const since = options.validSince?.(user) ?? undefined;
    return since === undefined || authenticatedAt >= Number(since);
  }

  async function identify(exchange: Exchange): Promise<Identity<User> | undefined> {
    const session = await sessions.open(exchange);
    const userId = sessions.userIdOf(session.data);
    if (userId === undefined) return undefined;
    const { authenticatedAt } = session;
    const user = await load(exchange, userId);
    if (user === null || user === undefined || !isValid(user, authenticatedAt)) return undefined;
    return { userId, user };
  }

  function mayDo(user: User, { name, resource }: NonNullable<Requirement["action"]>): boolean {
    return policies?.can(user, name as never, ...(resource as never)) ?? false;
  }

  return {
    refuse: createRefusal(options),

    getUser: async (exchange) => (await identify(exchange))?.user ?? null,

    async can(exchange, action, ...resource) {
      const identity = await identify(exchange);
      return identity !== undefined && mayDo(identity.user, { name: action, resource });
    },

    async check(exchange, { fresh, action }) {
      const identity = await identify(exchange);
      const stop = (reason: DenialReason): Stopped => {
        const userId = identity && String(identity.userId);
        emit({
          type: "denied",
          reason,
          action: action?.name,
          userId,
          address: clientAddress(exchange, trust),
        });
        return { reason };
      };
      if (identity === undefined) return stop("anonymous");
      const { user, userId } = identity;
      if (action !== undefined && !mayDo(user, action)) return stop("forbidden");
      if (fresh === undefined) return { user };
      const session = await sessions.open(exchange);
      if (isFresh(session, fresh.within ?? FRESH, now())) return { user };
      await forms.keep(session, userId, fresh);
      return stop("stale");
    },

    takeForm: async (exchange, page) => forms.take(await sessions.open(exchange), page),
  };
}

function isFresh({ authenticatedAt }: Session, within: number, now: number): boolean {
  if (authenticatedAt === undefined) return false;
  const age = (now - authenticatedAt) / 1000;
  // A clock that was set back makes nothing fresh for longer.
  return age < within && age > -within;
}

/** The error of a user who may not do what was asked for. */
export function forbidden(): SessionError {
  return new SessionError("ERR_SESSION_FORBIDDEN", "This user may not do that.");
}
