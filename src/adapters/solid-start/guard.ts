import { guardCore, type GuardOptions } from "../../auth/guard.ts";
import { isSessionError } from "../../core/errors.ts";
import type { Data } from "../../core/json.ts";
import { isServerFunction } from "./routes.ts";
import { unlessDown } from "./unavailable.ts";
import { currentEvent, exchangeOf, type StartEvent } from "./exchange.ts";

export type { GuardOptions } from "../../auth/guard.ts";

/** Who is logged in, wherever a request is being answered. */
export interface Guard<User> {
  /** @returns the user, or `null` when nobody is logged in or the user is gone. @throws SessionError as `useSession` */
  readonly getUser: () => Promise<User | null>;
  /**
   * The user, or a `Response` thrown: a redirect to the login page from a page or a server function, 401 in
   * JSON from an API route. While the store does not answer, 503 from an API route and an error elsewhere, with the
   * status of the page or the server function's answer set to 503.
   *
   * @param options.next - Path to come back to. Rendering a page knows it; a server function that the
   *   browser calls does not, so a query passes it. @default the page's own, if known
   */
  readonly requireUser: (options?: { readonly next?: string }) => Promise<User>;
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
export function createGuard<User, T extends object = Data>(options: GuardOptions<User, T>): Guard<User> {
  const core = guardCore(options);

  async function getUser(): Promise<User | null> {
    const event = currentEvent();
    return unlessDown(event, () => core.getUser(exchangeOf(event.nativeEvent, event.response)));
  }

  /** In an API route, which can answer with a status of its own, the answer; elsewhere the error. */
  function whenDown(error: unknown): Response {
    if (isSessionError(error, "ERR_SESSION_STORE")) return core.unavailable();
    throw error;
  }

  return {
    getUser,

    async requireUser({ next } = {}) {
      const event = currentEvent();
      const isRoute = "params" in event;
      const user = await getUser().catch((error: unknown) => {
        throw isRoute ? whenDown(error) : error;
      });
      if (user !== null) return user;
      throw isRoute ? core.unauthenticated() : core.redirect(next ?? pageOf(event));
    },

    withUser: (handler) => async (event) => {
      const user = await getUser().catch(whenDown);
      if (user instanceof Response) return user;
      return user === null ? core.unauthenticated() : handler(event, user);
    },
  };
}

/** The page that is being rendered. Never the Referer: that is the page before, and the visitor can write it. */
function pageOf(event: StartEvent): string | undefined {
  const { pathname, search } = new URL(event.request.url);
  return isServerFunction(pathname) ? undefined : pathname + search;
}
