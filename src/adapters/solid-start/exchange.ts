import { getRequestEvent } from "solid-js/web";
import { SessionError } from "../../core/errors.ts";
import { markPrivateIn, setCookieIn, type Exchange } from "../../exchange.ts";
import { refusalReasonOf, refuseRequest } from "./cross-site.ts";

/** The part of h3's event that is needed. SolidStart hands it out as `nativeEvent`. */
export interface NativeEvent {
  readonly req: Request;
  readonly res: { readonly headers: Headers; readonly errHeaders: Headers; status?: number | undefined };
  readonly context: Record<string, unknown>;
  readonly runtime?: { readonly node?: NodeExchange } | undefined;
}

/** The part of Node's own request and response that is needed. */
interface NodeExchange {
  readonly req?: { readonly socket?: { readonly remoteAddress?: string | undefined } | null } | undefined;
  readonly res?: { readonly headersSent: boolean } | undefined;
}

/** The part of SolidStart's request event that is needed. */
export interface StartEvent {
  readonly request: Request;
  readonly response: unknown;
  readonly locals: Record<string, unknown>;
  readonly nativeEvent: NativeEvent;
  /** Set by SolidStart while it answers an API route. */
  readonly params?: unknown;
  /** Set by SolidStart while it renders a page, also when an action renders one to send its data along. */
  readonly routes?: unknown;
}

const exchanges = new WeakMap<NativeEvent, Exchange>();
const NONE: ReadonlySet<string> = new Set();

/**
 * The request event of what runs now: in middleware, in rendering, in an API route or a server function, after any `await`.
 *
 * @throws SessionError `ERR_SESSION_NO_REQUEST`
 */
export function currentEvent(): StartEvent {
  const event = getRequestEvent() as StartEvent | undefined;
  if (event?.nativeEvent !== undefined) return event;
  throw new SessionError(
    "ERR_SESSION_NO_REQUEST",
    "useSession was called where no request is being answered. Call it inside a server function, a query, an API route or middleware.",
  );
}

/**
 * The exchange of a request. Where `protect` has not looked at it, what another site sent in a visitor's name gets no
 * further: SolidStart itself would run a server function for a link on any site.
 *
 * @throws a `Response`, 403 or 405.
 */
export function exchangeOf({ nativeEvent, response }: StartEvent): Exchange {
  const { req } = nativeEvent;
  const reason = exchanges.has(nativeEvent) ? undefined : refusalReasonOf(req, NONE);
  if (reason !== undefined) throw refuseRequest(reason, req);
  return openExchange(nativeEvent, response);
}

/**
 * The exchange of an h3 event, whatever sent it. Server functions that run in process get a copy of SolidStart's event, and the
 * router replaces its `response` on a redirect; the h3 event under it is one and the same for the whole request.
 */
export function openExchange(native: NativeEvent, response?: unknown): Exchange {
  const known = exchanges.get(native);
  if (known !== undefined) return known;

  const { res } = native;
  // h3 takes the response away when it sends the head, and makes another for whoever asks later.
  const tooLate = response !== undefined && isH3Response(response, res) && response !== res;
  const exchange: Exchange = {
    url: native.req.url,
    sessions: new Map(),
    header: (name) => native.req.headers.get(name),
    address: () => native.runtime?.node?.req?.socket?.remoteAddress,
    writable: () => !tooLate && native.res === res && native.runtime?.node?.res?.headersSent !== true,
    setCookie(name, line) {
      // Of an error, or a response from status 400 on, h3 sends errHeaders only.
      setCookieIn(res.headers, name, line);
      setCookieIn(res.errHeaders, name, line);
    },
    markPrivate() {
      markPrivateIn(res.headers);
      markPrivateIn(res.errHeaders);
    },
  };
  exchanges.set(native, exchange);
  return exchange;
}

/** Whether it is a response of h3's making: the router's replacement for a redirect is a plain object. */
function isH3Response(response: unknown, res: object): boolean {
  return Object.getPrototypeOf(response) === Object.getPrototypeOf(res);
}
