import {
  crossSiteReasonOf,
  crossSiteRefusal,
  isSafeMethod,
  type CrossSiteOptions,
  type CrossSiteReason,
} from "../../auth/csrf.ts";
import { securityHeaders, type SecurityHeaderOptions } from "../../auth/headers.ts";
import { plainAnswer } from "../../auth/plain-answer.ts";
import { markPrivateIn } from "../../exchange.ts";
import { exchangeOf, type NativeEvent } from "./exchange.ts";
import { isServerFunction } from "./routes.ts";
import { scrubErrorHeader, scrubResponse } from "./scrub.ts";

/** Why a request was not let through to the application. */
export type RefusedRequest = {
  readonly reason: CrossSiteReason | "method";
  readonly method: string;
  readonly path: string;
};

/** Options of {@link protect}. */
export interface ProtectOptions extends SecurityHeaderOptions, CrossSiteOptions {
  /**
   * Fields that SolidStart may keep in its flash cookie, to fill a form again that failed without
   * JavaScript; name no secret. @default none
   */
  readonly flashFields?: readonly string[] | undefined;
  /** Hears of every refused request. @default none */
  readonly onRefused?: ((refused: RefusedRequest) => void) | undefined;
}

/** An h3 middleware, as `createMiddleware` of `@solidjs/start/middleware` takes them in a list. */
export type StartMiddleware = (event: unknown, next: () => unknown) => Promise<unknown>;

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** SolidStart runs a server function on any method; its own client sends these. */
const SERVER_FUNCTION_METHODS: ReadonlySet<string> = new Set(["GET", "POST"]);
const NONCE_BYTES = 16;

/**
 * The middleware that every application should run first: it refuses requests that other sites send in a
 * visitor's name, sets the security headers on every shape of response, lets an API route throw a
 * `Response`, and takes out what SolidStart would give away. The nonce of the content security policy is at
 * `event.locals.nonce`; `renderOptions` hands it to the page.
 *
 * ```ts
 * export default createMiddleware([protect()]);
 * ```
 */
export function protect(options: ProtectOptions = {}): StartMiddleware {
  const trusted = new Set(options.trustedOrigins);
  const flashFields = new Set(options.flashFields);

  return async (h3Event, next) => {
    const event = h3Event as NativeEvent & {
      readonly context: { solidFetchEvent?: { locals: { nonce?: string } } };
    };
    const { req, res } = event;
    const { pathname } = new URL(req.url);
    const serverFunction = isServerFunction(pathname);
    // From here on this is the response that cookies belong to, however late they are set.
    exchangeOf(event);

    const nonce = randomNonce();
    const locals = event.context.solidFetchEvent?.locals;
    if (locals !== undefined) locals.nonce = nonce;
    for (const [name, value] of securityHeaders(nonce, options)) {
      res.headers.set(name, value);
      res.errHeaders.set(name, value);
    }

    const reason = refusalOf(req, serverFunction, trusted);
    if (reason !== undefined) {
      options.onRefused?.({ reason, method: req.method, path: pathname });
      return refuse(reason, serverFunction);
    }

    const answer = await answerOf(next, serverFunction);
    scrubErrorHeader(res.headers);
    if (answer instanceof Response) return serverFunction ? scrubResponse(answer, req, flashFields) : answer;
    // A page that is still being rendered may touch the session when its headers have left: a visitor with
    // cookies gets a page of their own, unless the application said what may be kept.
    if (req.headers.has("cookie") && !res.headers.has("Cache-Control")) markPrivateIn(res.headers);
    return answer;
  };
}

/**
 * A thrown `Response` is an answer too; SolidStart turns one that an API route throws into an error. What a server
 * function throws SolidStart has answered already, so an error that gets here comes from reading the request, and its
 * message may quote the body: the log gets the name alone.
 */
async function answerOf(next: () => unknown, serverFunction: boolean): Promise<unknown> {
  try {
    return await next();
  } catch (thrown) {
    if (thrown instanceof Response) return thrown;
    if (!serverFunction) throw thrown;
    console.error(
      `A request to a server function could not be read (${thrown instanceof Error ? thrown.name : "error"}).`,
    );
    return plainAnswer(400, "Bad request.");
  }
}

function refusalOf(
  request: Request,
  serverFunction: boolean,
  trusted: ReadonlySet<string>,
): RefusedRequest["reason"] | undefined {
  const { method, headers } = request;
  if (!METHODS.has(method)) return "method";
  if (!serverFunction && isSafeMethod(method)) return undefined;
  if (serverFunction && !SERVER_FUNCTION_METHODS.has(method)) return "method";

  const reason = crossSiteReasonOf(request, trusted);
  if (!serverFunction) return reason;
  // Only a script of this site can send this header: on another site's request it costs a preflight, which
  // nothing here answers. A link or an image cannot send it at all, so a GET without it is not Solid's.
  const fromScript = headers.has("x-server-instance");
  if (reason === "unknown-origin" && fromScript) return undefined;
  return reason ?? (method === "GET" && !fromScript ? "method" : undefined);
}

function refuse(reason: RefusedRequest["reason"], serverFunction: boolean): Response {
  if (reason !== "method") return crossSiteRefusal();
  const allowed = serverFunction ? SERVER_FUNCTION_METHODS : METHODS;
  return plainAnswer(405, "Method not allowed.", { Allow: [...allowed].join(", ") });
}

function randomNonce(): string {
  return btoa(String.fromCharCode(...globalThis.crypto.getRandomValues(new Uint8Array(NONCE_BYTES))));
}
