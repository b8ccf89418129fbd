import {
  forbidden,
  guardCore,
  type GuardOptions,
  type RequireFreshOptions,
  type RequireOptions,
  type Requirement,
} from "../../auth/guard.ts";
import type { PolicyRules, ResourceArguments } from "../../auth/policy.ts";
import { wantsPage } from "../../auth/wants-page.ts";
import { isSessionError } from "../../core/errors.ts";
import type { Data } from "../../core/json.ts";
import type { DenialReason } from "../../events.ts";
import { isServerFunction } from "./routes.ts";
import { markStatus, unlessDown } from "./status.ts";
import { currentEvent, exchangeOf, type StartEvent } from "./exchange.ts";

export type { GuardOptions, RequireFreshOptions, RequireOptions } from "../../auth/guard.ts";

/**
 * Who is logged in and what they may do, wherever a request is being answered. What `requireUser`, `requireFresh` and
 * `authorize` throw is the right answer in each place:
 *
 * |                                  | nobody is logged in      | the password has to be typed again | may not                      |
 * | -------------------------------- | ------------------------ | ---------------------------------- | ---------------------------- |
 * | page, query, action              | a redirect to log in     | a redirect to type it              | an error, with the status 403 |
 * | API route, request of a program  | 401 in JSON              | 401 in JSON                        | 403 in JSON                  |
 *
 * While the store does not answer, an API route says 503, and elsewhere it is an error, with the status 503.
 */
export interface Guard<User, Rules extends PolicyRules<User> = Record<never, never>> {
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
  /** What was typed into this page's form when {@link Guard.requireFresh} interrupted it, by field; `{}` when it did not. Answered once. */
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
export function createGuard<
  User,
  T extends object = Data,
  Rules extends PolicyRules<User> = Record<never, never>,
>(options: GuardOptions<User, T, Rules>): Guard<User, Rules> {
  const core = guardCore(options);
  const { refusal } = core;
  const exchange = (event: StartEvent) => exchangeOf(event.nativeEvent, event.response);

  /** @throws what the place that asks is to answer */
  async function pass(requirement: Requirement, next: string | undefined): Promise<User> {
    const event = currentEvent();
    const result = await unlessDown(event, () => core.check(exchange(event), requirement)).catch(
      (error: unknown) => {
        if (isProgram(event) && isSessionError(error, "ERR_SESSION_STORE")) throw refusal.unavailable();
        throw error;
      },
    );
    if ("user" in result) return result.user;
    throw answer(event, result.reason, next ?? pageOf(event));
  }

  function answer(event: StartEvent, reason: DenialReason, next: string | undefined): Response | Error {
    const program = isProgram(event);
    if (reason === "anonymous") return program ? refusal.unauthenticated() : refusal.login(next);
    if (reason === "stale") return program ? refusal.stale() : refusal.confirm(next);
    if (program) return refusal.forbidden();
    markStatus(event, 403);
    return forbidden();
  }

  return {
    async getUser() {
      const event = currentEvent();
      return unlessDown(event, () => core.getUser(exchange(event)));
    },

    requireUser: async ({ next } = {}) => pass({}, next),
    requireFresh: async (fresh = {}) => pass({ fresh }, fresh.next),
    authorize: async (name, ...resource) => pass({ action: { name, resource } }, undefined),

    async can(action, ...resource) {
      const event = currentEvent();
      return unlessDown(event, () => core.can(exchange(event), action, ...resource));
    },

    async takeForm(page) {
      const event = currentEvent();
      return unlessDown(event, () => core.takeForm(exchange(event), page));
    },

    withUser: (handler) => async (event) => {
      let user: User;
      try {
        user = await pass({}, undefined);
      } catch (thrown) {
        if (thrown instanceof Response) return thrown;
        throw thrown;
      }
      return handler(event, user);
    },
  };
}

/** Whether JSON is the right answer: in an API route, and in middleware before anything that is no page. */
function isProgram(event: StartEvent): boolean {
  if ("params" in event) return true;
  return !isServerFunction(new URL(event.request.url).pathname) && !wantsPage(event.request);
}

/** The page that is being rendered. Never the Referer: that is the page before, and the visitor can write it. */
function pageOf(event: StartEvent): string | undefined {
  const { pathname, search } = new URL(event.request.url);
  return isServerFunction(pathname) ? undefined : pathname + search;
}
