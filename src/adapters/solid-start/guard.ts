import {
  forbidden,
  guardCore,
  type GuardOptions,
  type NoRules,
  type RequireFreshOptions,
  type RequireOptions,
  type Requirement,
} from "../../auth/guard.ts";
import { isSafeMethod } from "../../auth/csrf.ts";
import type { PolicyRules, ResourceArguments } from "../../auth/policy.ts";
import { unavailable } from "../../auth/refusal.ts";
import type { SessionError } from "../../core/errors.ts";
import type { Data } from "../../core/json.ts";
import { isAnswerShown, placeOf } from "./place.ts";
import { isServerFunction } from "./routes.ts";
import { isUnavailable, markStatus, withoutTraces } from "./status.ts";
import { currentEvent, type StartEvent } from "./exchange.ts";
import { withExchange } from "./with-exchange.ts";

export type { GuardOptions, RequireFreshOptions, RequireOptions } from "../../auth/guard.ts";

/**
 * Who is logged in and what they may do, wherever a request is being answered. What `requireUser`, `requireFresh` and
 * `authorize` throw is the right answer in each place:
 *
 * |                               | nobody is logged in  | the password has to be typed again | may not                       | the store is down             |
 * | ----------------------------- | -------------------- | ---------------------------------- | ----------------------------- | ----------------------------- |
 * | page, query, action           | a redirect to log in | a redirect to type it              | an error, with the status 403 | an error, with the status 503 |
 * | API route                     | 401 in JSON          | 401 in JSON                        | 403 in JSON                   | 503 in JSON                   |
 * | middleware, before a browser  | a redirect to log in | a redirect to type it              | 403 in words                  | 503 in words                  |
 * | middleware, before a program  | 401 in JSON          | 401 in JSON                        | 403 in JSON                   | 503 in JSON                   |
 *
 * In an API route and in middleware it takes `protect` in front to make what is thrown the answer; without it
 * SolidStart answers 500. `withUser` answers by itself.
 */
export interface Guard<User, Rules extends PolicyRules<User> = NoRules> {
  /** @returns the user, or `null` when nobody is logged in or the user is gone. @throws SessionError as `useSession` */
  readonly getUser: () => Promise<User | null>;
  /**
   * The user, or a `Response` thrown.
   *
   * @param options.next - Path to come back to. Rendering a page knows it; a server function that the
   *   browser calls does not, so a query passes it. @default the page's own, if known
   */
  readonly requireUser: (options?: RequireOptions) => Promise<User>;
  /**
   * The user, who has typed the password in the last `within` seconds; or a `Response` thrown.
   *
   * ```ts
   * await guard.requireFresh({ next: "/staff", form: formData, fields: ["reason"] });
   * ```
   */
  readonly requireFresh: (options?: RequireFreshOptions) => Promise<User>;
  /** Whether whoever is logged in may do something. @throws SessionError as `useSession` */
  readonly can: <Action extends keyof Rules & string>(
    action: Action,
    ...resource: ResourceArguments<Rules[Action]>
  ) => Promise<boolean>;
  /**
   * The user, if the policy lets them.
   *
   * @throws a `Response`, or SessionError `ERR_SESSION_FORBIDDEN`; see above.
   */
  readonly authorize: <Action extends keyof Rules & string>(
    action: Action,
    ...resource: ResourceArguments<Rules[Action]>
  ) => Promise<User>;
  /**
   * What was typed into this page's form when {@link Guard.requireFresh} interrupted it, by field; `{}` when
   * it did not. Answered once.
   */
  readonly takeForm: (page: string) => Promise<Readonly<Record<string, string>>>;
  /**
   * An API route's handler for users only: anybody else gets 401 in JSON, and the handler is not called.
   *
   * ```ts
   * export const GET = withUser(async ({ params }, user) => Response.json(await loadThings(user)));
   * ```
   */
  readonly withUser: <Event>(
    handler: (event: Event, user: User) => Response | Promise<Response>,
  ) => (event: Event) => Promise<Response>;
}

/** Builds the guard of an application; see {@link GuardOptions}. */
export function createGuard<User, T extends object = Data, Rules extends PolicyRules<User> = NoRules>(
  options: GuardOptions<User, T, Rules>,
): Guard<User, Rules> {
  const core = guardCore(options);

  /** @throws what the place that asks is to answer */
  async function pass(requirement: Requirement, next?: string): Promise<User> {
    const result = await withExchange((exchange) => core.check(exchange, requirement));
    if ("user" in result) return result.user;
    const event = currentEvent();
    // A page shows what it cannot show in its own words, by an error boundary.
    if (placeOf(event) === "page" && result.reason === "forbidden") throw markForbidden(event);
    throw core.refuse(result.reason, isAnswerShown(event), next ?? pageOf(event));
  }

  return {
    getUser: () => withExchange((exchange) => core.getUser(exchange)),

    requireUser: async ({ next } = {}) => pass({}, next),
    requireFresh: async (fresh = {}) => pass({ fresh }, fresh.next),
    authorize: async (name, ...resource) => pass({ action: { name, resource } }),

    can: (action, ...resource) => withExchange((exchange) => core.can(exchange, action, ...resource)),
    takeForm: (page) => withExchange((exchange) => core.takeForm(exchange, page)),

    withUser: (handler) => async (event) => {
      let user: User;
      try {
        user = await pass({});
      } catch (thrown) {
        if (thrown instanceof Response) return thrown;
        if (isUnavailable(thrown)) return unavailable(false);
        throw thrown;
      }
      return handler(event, user);
    },
  };
}

/** The page that was asked for. Never the Referer: that is the page before, and the visitor can write it. */
function pageOf({ nativeEvent }: StartEvent): string | undefined {
  const { method, url } = nativeEvent.req;
  if (isServerFunction(url) || !isSafeMethod(method)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function markForbidden(event: StartEvent): SessionError {
  markStatus(event, 403);
  return withoutTraces(forbidden());
}
