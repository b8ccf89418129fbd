import { isSessionError, SessionError } from "../core/errors.ts";
import type { Data } from "../core/json.ts";
import { crossSiteReasonOf, crossSiteRefusal, isSafeMethod, type CrossSiteOptions } from "../auth/csrf.ts";
import { guardCore, RETRY_AFTER, type GuardOptions } from "../auth/guard.ts";
import { plainAnswer } from "../auth/plain-answer.ts";
import { markPrivateIn, setCookieIn, type Exchange } from "../exchange.ts";
import type { SessionOptions } from "../options.ts";
import type { Session } from "../session.ts";
import { sessionsOf } from "../sessions-of.ts";
import type { Sessions } from "../sessions.ts";

export type { CrossSiteOptions } from "../auth/csrf.ts";
export type { GuardOptions } from "../auth/guard.ts";

/** A server as a function, with whatever else its host passes (environment, context). */
export type FetchHandler<Rest extends unknown[] = []> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/** What {@link withSessions} can be told of its host. */
export interface FetchOptions<Rest extends unknown[] = []> {
  /** The address at the other end of a request's connection, for `devices.address`. @default unknown */
  readonly address?: (request: Request, ...rest: Rest) => string | undefined;
}

const UNAVAILABLE = "We cannot see at the moment who is logged in. Please try again in a few seconds.";

/** The exchange of a request that is being answered; its headers go into the response at the end. */
interface FetchExchange extends Exchange {
  readonly headers: Headers;
  sent: boolean;
}

const exchanges = new WeakMap<Request, FetchExchange>();

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
  handler: FetchHandler<Rest>,
  options: FetchOptions<Rest> = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const exchange = createExchange(request, () => options.address?.(request, ...rest));
    exchanges.set(request, exchange);
    let response: Response;
    try {
      response = await handler(request, ...rest);
    } catch (thrown) {
      if (!(thrown instanceof Response)) throw thrown;
      response = thrown;
    } finally {
      exchange.sent = true;
    }
    return withHeaders(response, exchange.headers);
  };
}

/**
 * The session of a request inside {@link withSessions}.
 *
 * @param request - The very object that the handler was given.
 * @param sessions - What `createSessions` answered, or its options; plain options are set up once.
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
 * @returns the answer, 403, or `undefined` for a request to go on with. GET, HEAD and OPTIONS always are: they must change nothing.
 * @see OWASP ASVS 5.0 3.5.1
 */
export function refuseCrossSite(request: Request, options: CrossSiteOptions = {}): Response | undefined {
  if (isSafeMethod(request.method)) return undefined;
  const reason = crossSiteReasonOf(request, new Set(options.trustedOrigins));
  return reason === undefined ? undefined : crossSiteRefusal();
}

/** Who is logged in, asked with the request in hand. */
export interface FetchGuard<User> {
  /** @returns the user, or `null` when nobody is logged in or the user is gone. @throws SessionError `ERR_SESSION_STORE`: nobody knows */
  readonly getUser: (request: Request) => Promise<User | null>;
  /**
   * The user, or an answer thrown as a `Response`: a redirect to the login page for a page, 401 in JSON for
   * anything else, 503 while the store does not answer.
   *
   * @param options.next - Path to come back to. @default the request's own
   */
  readonly requireUser: (request: Request, options?: { readonly next?: string }) => Promise<User>;
}

/** Builds the guard of an application; see {@link GuardOptions}. */
export function createGuard<User, T extends object = Data>(options: GuardOptions<User, T>): FetchGuard<User> {
  const core = guardCore(options);
  const getUser = async (request: Request): Promise<User | null> => core.getUser(exchangeOf(request));
  return {
    getUser,
    async requireUser(request, { next } = {}) {
      const page = wantsPage(request);
      const user = await getUser(request).catch((error: unknown) => {
        if (!isSessionError(error, "ERR_SESSION_STORE")) throw error;
        throw page ? plainAnswer(503, UNAVAILABLE, { "Retry-After": RETRY_AFTER }) : core.unavailable();
      });
      if (user !== null) return user;
      if (!page) throw core.unauthenticated();
      const { pathname, search } = new URL(request.url);
      throw core.redirect(next ?? pathname + search);
    },
  };
}

/** Whether a browser is about to show the answer as a page. */
function wantsPage(request: Request): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const mode = request.headers.get("sec-fetch-mode");
  return mode === null ? (request.headers.get("accept") ?? "").includes("text/html") : mode === "navigate";
}

function exchangeOf(request: Request): FetchExchange {
  const exchange = exchanges.get(request);
  if (exchange !== undefined) return exchange;
  throw new SessionError(
    "ERR_SESSION_NO_REQUEST",
    "This request is not being answered inside withSessions(handler), or it is a copy: pass the object that the handler was given.",
  );
}

function createExchange(request: Request, address: () => string | undefined): FetchExchange {
  const headers = new Headers();
  return {
    url: request.url,
    headers,
    sent: false,
    sessions: new Map(),
    header: (name) => request.headers.get(name),
    address,
    writable() {
      return !this.sent;
    },
    setCookie: (name, line) => setCookieIn(headers, name, line),
    markPrivate: () => markPrivateIn(headers),
  };
}

/** The response with our headers added. Those of a redirect or of a fetched response are immutable, hence the copy. */
function withHeaders(response: Response, ours: Headers): Response {
  if (ours.keys().next().done === true) return response;
  const merged = new Response(response.body, response);
  for (const line of ours.getSetCookie()) merged.headers.append("Set-Cookie", line);
  if (ours.has("Vary")) markPrivateIn(merged.headers);
  return merged;
}
