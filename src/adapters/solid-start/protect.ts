import type { CrossSiteOptions } from "../../auth/csrf.ts";
import { securityHeaders, type SecurityHeaderOptions } from "../../auth/headers.ts";
import { plainAnswer } from "../../auth/plain-answer.ts";
import { unavailable } from "../../auth/refusal.ts";
import { SessionError } from "../../core/errors.ts";
import { refuseUnknownOptions } from "../../core/option-errors.ts";
import { markPrivateIn } from "../../exchange.ts";
import { refusalReasonOf, refuseRequest, type RefusalReason } from "./cross-site.ts";
import { openExchange, type NativeEvent, type StartEvent } from "./exchange.ts";
import { isAnswerShown } from "./place.ts";
import { isServerFunction } from "./routes.ts";
import { scrubErrorHeader, scrubResponse } from "./scrub.ts";
import { isUnavailable } from "./status.ts";

/** Why a request was not let through to the application. */
export type RefusedRequest = {
  readonly reason: RefusalReason;
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

const KNOWN: ReadonlySet<string> = new Set<keyof ProtectOptions>([
  "contentSecurityPolicy",
  "hsts",
  "trustedOrigins",
  "flashFields",
  "onRefused",
]);
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
 *
 * @throws SessionError `ERR_SESSION_CONFIG` for an option that there is not, and for `hsts` that is no number
 *   of seconds.
 */
export function protect(options: ProtectOptions = {}): StartMiddleware {
  refuseUnknownOptions(options, KNOWN, "protect");
  const { hsts = false } = options;
  if (hsts !== false && !(Number.isSafeInteger(hsts) && hsts >= 0))
    throw new SessionError("ERR_SESSION_CONFIG", "hsts must be seconds, or false.");
  const trusted = new Set(options.trustedOrigins);
  const flashFields = new Set(options.flashFields);

  return async (h3Event, next) => {
    const event = h3Event as NativeEvent & {
      readonly context: { solidFetchEvent?: StartEvent };
    };
    const { req, res } = event;
    const serverFunction = isServerFunction(req.url);
    // From here on this is the response that cookies belong to, however late they are set.
    openExchange(event);

    const nonce = randomNonce();
    const { solidFetchEvent } = event.context;
    if (solidFetchEvent !== undefined) solidFetchEvent.locals["nonce"] = nonce;
    for (const [name, value] of securityHeaders(nonce, options)) {
      res.headers.set(name, value);
      res.errHeaders.set(name, value);
    }

    const reason = refusalReasonOf(req, trusted);
    if (reason !== undefined) {
      options.onRefused?.({ reason, method: req.method, path: new URL(req.url).pathname });
      return refuseRequest(reason, req);
    }

    const answer = await answerOf(next, solidFetchEvent ?? { nativeEvent: event }, serverFunction);
    scrubErrorHeader(res.headers);
    if (answer instanceof Response) return serverFunction ? scrubResponse(answer, req, flashFields) : answer;
    // A page that is still being rendered may touch the session when its headers have left: a visitor with
    // cookies gets a page of their own, unless the application said what may be kept.
    if (req.headers.has("cookie") && !res.headers.has("Cache-Control")) markPrivateIn(res.headers);
    return answer;
  };
}

/**
 * A thrown `Response` is an answer too; SolidStart turns one that an API route throws into an error. So is a
 * store that is down, whoever asked it. What a server function throws SolidStart has answered already, so an
 * error that gets here comes from reading the request, and its message may quote the body: the log gets the
 * name alone.
 */
async function answerOf(
  next: () => unknown,
  event: Pick<StartEvent, "nativeEvent">,
  serverFunction: boolean,
): Promise<unknown> {
  try {
    return await next();
  } catch (thrown) {
    if (thrown instanceof Response) return thrown;
    if (serverFunction) {
      const name = thrown instanceof Error ? thrown.name : "error";
      console.error(`A request to a server function could not be read (${name}).`);
      return plainAnswer(400, "Bad request.");
    }
    if (!isUnavailable(thrown)) throw thrown;
    console.error(thrown);
    return unavailable(isAnswerShown(event));
  }
}

function randomNonce(): string {
  return btoa(String.fromCharCode(...globalThis.crypto.getRandomValues(new Uint8Array(NONCE_BYTES))));
}
