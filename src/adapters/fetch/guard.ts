import {
  guardCore,
  RETRY_AFTER,
  type GuardOptions,
  type RequireFreshOptions,
  type RequireOptions,
  type Requirement,
} from "../../auth/guard.ts";
import { plainAnswer } from "../../auth/plain-answer.ts";
import type { PolicyRules, ResourceArguments } from "../../auth/policy.ts";
import { wantsPage } from "../../auth/wants-page.ts";
import { isSessionError } from "../../core/errors.ts";
import type { Data } from "../../core/json.ts";
import type { DenialReason } from "../../events.ts";
import { exchangeOf } from "./exchange.ts";

export type { GuardOptions, RequireFreshOptions } from "../../auth/guard.ts";

/**
 * Who is logged in and what they may do, asked with the request in hand. What `requireUser`, `requireFresh` and `authorize`
 * throw is the answer, a `Response`: for a page a redirect, 403 or 503 in plain words, for anything else 401, 403 or 503 in JSON.
 */
export interface FetchGuard<User, Rules extends PolicyRules<User> = Record<never, never>> {
  /** @returns the user, or `null` when nobody is logged in or the user is gone. @throws SessionError `ERR_SESSION_STORE`: nobody knows */
  readonly getUser: (request: Request) => Promise<User | null>;
  /**
   * The user, or an answer thrown.
   *
   * @param options.next - Path to come back to. @default the request's own, if it is for a page
   */
  readonly requireUser: (request: Request, options?: RequireOptions) => Promise<User>;
  /** The user, who has typed the password in the last `within` seconds; or an answer thrown. */
  readonly requireFresh: (request: Request, options?: RequireFreshOptions) => Promise<User>;
  /** Whether whoever is logged in may do something. @throws SessionError `ERR_SESSION_STORE` */
  readonly can: <Action extends keyof Rules & string>(
    request: Request,
    action: Action,
    ...resource: ResourceArguments<Rules[Action]>
  ) => Promise<boolean>;
  /** The user, if the policy lets them; or an answer thrown. */
  readonly authorize: <Action extends keyof Rules & string>(
    request: Request,
    action: Action,
    ...resource: ResourceArguments<Rules[Action]>
  ) => Promise<User>;
  /** What was typed into this page's form when {@link FetchGuard.requireFresh} interrupted it, by field; `{}` when it did not. Answered once. */
  readonly takeForm: (request: Request, page: string) => Promise<Readonly<Record<string, string>>>;
}

const UNAVAILABLE = "We cannot see at the moment who is logged in. Please try again in a few seconds.";
const FORBIDDEN = "You may not do that.";

/** Builds the guard of an application; see {@link GuardOptions}. */
export function createGuard<
  User,
  T extends object = Data,
  Rules extends PolicyRules<User> = Record<never, never>,
>(options: GuardOptions<User, T, Rules>): FetchGuard<User, Rules> {
  const core = guardCore(options);
  const { refusal } = core;

  async function pass(request: Request, requirement: Requirement, next: string | undefined): Promise<User> {
    const page = wantsPage(request);
    const result = await core.check(exchangeOf(request), requirement).catch((error: unknown) => {
      if (!isSessionError(error, "ERR_SESSION_STORE")) throw error;
      throw page ? plainAnswer(503, UNAVAILABLE, { "Retry-After": RETRY_AFTER }) : refusal.unavailable();
    });
    if ("user" in result) return result.user;
    throw answer(request, page, result.reason, next);
  }

  /** A form that a browser sends is answered with a redirect as well; but its address is no page to come back to. */
  function answer(request: Request, page: boolean, reason: DenialReason, next: string | undefined): Response {
    const { pathname, search } = new URL(request.url);
    const target = next ?? (page ? pathname + search : undefined);
    const shown = page || request.headers.get("sec-fetch-mode") === "navigate";
    if (reason === "anonymous") return shown ? refusal.login(target) : refusal.unauthenticated();
    if (reason === "stale") return shown ? refusal.confirm(target) : refusal.stale();
    return shown ? plainAnswer(403, FORBIDDEN) : refusal.forbidden();
  }

  return {
    getUser: async (request) => core.getUser(exchangeOf(request)),
    requireUser: async (request, { next } = {}) => pass(request, {}, next),
    requireFresh: async (request, fresh = {}) => pass(request, { fresh }, fresh.next),
    can: async (request, action, ...resource) => core.can(exchangeOf(request), action, ...resource),
    authorize: async (request, name, ...resource) => pass(request, { action: { name, resource } }, undefined),
    takeForm: async (request, page) => core.takeForm(exchangeOf(request), page),
  };
}
