import { crossSiteReasonOf, crossSiteRefusal, isSafeMethod, type CrossSiteOptions } from "../../auth/csrf.ts";
import type { SessionOptions } from "../../options.ts";
import type { Session } from "../../session.ts";
import { sessionsOf } from "../../sessions-of.ts";
import type { Sessions } from "../../sessions.ts";
import { createExchange, exchangeOf } from "./exchange.ts";

export type { CrossSiteOptions } from "../../auth/csrf.ts";
export {
  createGuard,
  type FetchGuard,
  type GuardOptions,
  type RequireFreshOptions,
  type RequireOptions,
} from "./guard.ts";
export { createLogin, type FetchLogin, type LoginOptions } from "./login.ts";

/** A server as a function, with whatever else its host passes (environment, context). */
export type FetchHandler<Rest extends unknown[] = []> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/** What {@link withSessions} can be told of its host. */
export interface FetchOptions<Rest extends unknown[] = []> {
  /**
   * The address at the other end of a request's connection, for `devices.address` and the limits of logins.
   * @default unknown
   */
  readonly address?: (request: Request, ...rest: Rest) => string | undefined;
}

/**
 * Makes {@link useSession} work inside a handler, and puts what the sessions have to say into its response.
 * A `Response` that the handler throws, as {@link createGuard}'s `requireUser` does, is the answer.
 *
 * ```ts
 * export default { fetch: withSessions(async (request) => {
 *   const session = await useSession(request, sessions);
 *   return new Response(`Hello ${session.data.name}`);
 * }) };
 * ```
 */
export function withSessions<Rest extends unknown[]>(
  handler: FetchHandler,
  options: { readonly address: (request: Request, ...rest: Rest) => string | undefined },
): (request: Request, ...rest: Rest) => Promise<Response>;
export function withSessions<Rest extends unknown[]>(
  handler: FetchHandler<Rest>,
  options?: FetchOptions<Rest>,
): (request: Request, ...rest: Rest) => Promise<Response>;
export function withSessions<Rest extends unknown[]>(
  handler: FetchHandler<Rest>,
  options: FetchOptions<Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const exchange = createExchange(request, () => options.address?.(request, ...rest));
    let response: Response;
    try {
      response = await handler(request, ...rest);
    } catch (thrown) {
      if (!(thrown instanceof Response)) throw thrown;
      response = thrown;
    } finally {
      exchange.sent = true;
    }
    return exchange.complete(response);
  };
}

/**
 * The session of a request inside {@link withSessions}.
 *
 * @param request - The very object that the handler was given.
 * @param sessions - What `createSessions` answered, or its options, as for `coatcheck/solid-start`.
 * @throws SessionError `ERR_SESSION_NO_REQUEST` outside of `withSessions`; `ERR_SESSION_CONFIG`,
 *   `ERR_SESSION_PASSWORD`, `ERR_SESSION_STORE`
 */
// oxlint-disable-next-line typescript/no-explicit-any -- without a type the data is as loose as h3's
export async function useSession<T extends object = Record<string, any>>(
  request: Request,
  sessions: Sessions<T> | SessionOptions<T>,
): Promise<Session<T>> {
  return sessionsOf(sessions).open(exchangeOf(request));
}

/**
 * Turns away a request that may change something and that another site's page sent in a visitor's name. Call it
 * before anything else:
 *
 * ```ts
 * const refused = refuseCrossSite(request);
 * if (refused) return refused;
 * ```
 *
 * @returns the answer, 403, or `undefined` for a request to go on with. GET, HEAD and OPTIONS always are:
 *   they must change nothing.
 * @see OWASP ASVS 5.0 3.5.1
 */
export function refuseCrossSite(request: Request, options: CrossSiteOptions = {}): Response | undefined {
  if (isSafeMethod(request.method)) return undefined;
  const reason = crossSiteReasonOf(request, new Set(options.trustedOrigins));
  return reason === undefined ? undefined : crossSiteRefusal();
}
