import {
  guardCore,
  type GuardOptions,
  type NoRules,
  type RequireFreshOptions,
  type RequireOptions,
  type Requirement,
} from "../../auth/guard.ts";
import type { PolicyRules, ResourceArguments } from "../../auth/policy.ts";
import { unavailable } from "../../auth/refusal.ts";
import { isShown, wantsPage } from "../../auth/wants-page.ts";
import { isSessionError } from "../../core/errors.ts";
import type { Data } from "../../core/json.ts";
import { exchangeOf } from "./exchange.ts";

export type { GuardOptions, RequireFreshOptions, RequireOptions } from "../../auth/guard.ts";

/**
 * Who is logged in and what they may do, asked with the request in hand. What `requireUser`, `requireFresh`
 * and `authorize` throw is the answer, a `Response`:
 *
 * |                             | nobody is logged in  | the password has to be typed again | may not      | the store is down |
 * | --------------------------- | -------------------- | ---------------------------------- | ------------ | ----------------- |
 * | a browser's page or form    | a redirect to log in | a redirect to type it              | 403 in words | 503 in words      |
 * | a page's script, a program  | 401 in JSON          | 401 in JSON                        | 403 in JSON  | 503 in JSON       |
 */
export interface FetchGuard<User, Rules extends PolicyRules<User> = NoRules> {
  /**
   * @returns the user, or `null` when nobody is logged in or the user is gone.
   *
   * @throws SessionError `ERR_SESSION_STORE`: nobody knows
   */
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
  /**
   * What was typed into this page's form when {@link FetchGuard.requireFresh} interrupted it, by field; `{}`
   * when it did not. Answered once.
   */
  readonly takeForm: (request: Request, page: string) => Promise<Readonly<Record<string, string>>>;
}

/** Builds the guard of an application; see {@link GuardOptions}. */
export function createGuard<User, T extends object = Data, Rules extends PolicyRules<User> = NoRules>(
  options: GuardOptions<User, T, Rules>,
): FetchGuard<User, Rules> {
  const core = guardCore(options);

  async function pass(request: Request, requirement: Requirement, next?: string): Promise<User> {
    const shown = isShown(request);
    const result = await core.check(exchangeOf(request), requirement).catch((error: unknown) => {
      throw isSessionError(error, "ERR_SESSION_STORE") ? unavailable(shown) : error;
    });
    if ("user" in result) return result.user;
    throw core.refuse(result.reason, shown, next ?? pageOf(request));
  }

  return {
    getUser: async (request) => core.getUser(exchangeOf(request)),
    requireUser: async (request, { next } = {}) => pass(request, {}, next),
    requireFresh: async (request, fresh = {}) => pass(request, { fresh }, fresh.next),
    can: async (request, action, ...resource) => core.can(exchangeOf(request), action, ...resource),
    authorize: async (request, name, ...resource) => pass(request, { action: { name, resource } }),
    takeForm: async (request, page) => core.takeForm(exchangeOf(request), page),
  };
}

/** The page that was asked for. The address of a form that was sent is none to come back to. */
function pageOf(request: Request): string | undefined {
  const { pathname, search } = new URL(request.url);
  return wantsPage(request) ? pathname + search : undefined;
}
