import { getRequestEvent } from "solid-js/web";
import { SessionError } from "../../core/errors.ts";
import { markPrivateIn, setCookieIn, type Exchange } from "../../exchange.ts";
import { refusalReasonOf, refuseRequest } from "./cross-site.ts";

const EXCHANGE: unique symbol = Symbol("exchange");

/** The part of h3's event that is needed. SolidStart hands it out as `nativeEvent`. */
export interface NativeEvent {
  readonly req: Request;
  readonly res: { readonly headers: Headers; readonly errHeaders: Headers; status?: number | undefined };
  readonly context: Record<string, unknown>;
  readonly runtime?: { readonly node?: NodeExchange } | undefined;
  /** The exchange of this request. */
  [EXCHANGE]?: NativeExchange;
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

const NONE: ReadonlySet<string> = new Set();

/**
 * The request event of what runs now: in middleware, in rendering, in an API route or a server function,
 * after any `await`.
 *
 * @throws SessionError `ERR_SESSION_NO_REQUEST`
 */
export function currentEvent(): StartEvent {
  const event = getRequestEvent() as StartEvent | undefined;
  if (event?.nativeEvent !== undefined) return event;
  throw new SessionError(
    "ERR_SESSION_NO_REQUEST",
    "No request is being answered here. Ask for sessions in a server function, a query, an API route or middleware.",
  );
}

/**
 * The exchange of a request. Where `protect` has not looked at it, what another site sent in a visitor's name gets no
 * further: SolidStart itself would run a server function for a link on any site.
 *
 * @throws a `Response`, 403 or 405.
 */
export function admittedExchange({ nativeEvent, response }: StartEvent): Exchange {
  const { req } = nativeEvent;
  const reason = nativeEvent[EXCHANGE] === undefined ? refusalReasonOf(req, NONE) : undefined;
  if (reason !== undefined) throw refuseRequest(reason, req);
  return openExchange(nativeEvent, response);
}

/**
 * The exchange of an h3 event, whoever sent it; made when it is first asked for. Server functions that run in
 * process get a copy of SolidStart's event, and the router replaces its `response` on a redirect; the h3
 * event under it is one and the same for the whole request.
 */
export function openExchange(native: NativeEvent, response?: unknown): Exchange {
  return (native[EXCHANGE] ??= new NativeExchange(native, response));
}

/** Nothing is asked of the event before it is needed: h3 makes URL and headers when somebody looks. */
class NativeExchange implements Exchange {
  readonly locals: Map<unknown, unknown> = new Map();
  readonly #native: NativeEvent;
  readonly #res: NativeEvent["res"];
  readonly #tooLate: boolean;

  constructor(native: NativeEvent, response: unknown) {
    this.#native = native;
    this.#res = native.res;
    // h3 takes the response away when it sends the head, and makes another for whoever asks later.
    this.#tooLate = response !== undefined && isH3Response(response, this.#res) && response !== this.#res;
  }

  get url(): string {
    return this.#native.req.url;
  }

  header(name: string): string | null {
    return this.#native.req.headers.get(name);
  }

  address(): string | undefined {
    return this.#native.runtime?.node?.req?.socket?.remoteAddress;
  }

  writable(): boolean {
    const { res, runtime } = this.#native;
    return !this.#tooLate && res === this.#res && runtime?.node?.res?.headersSent !== true;
  }

  setCookie(name: string, line: string): void {
    // Of an error, or a response from status 400 on, h3 sends errHeaders only.
    setCookieIn(this.#res.headers, name, line);
    setCookieIn(this.#res.errHeaders, name, line);
  }

  markPrivate(): void {
    markPrivateIn(this.#res.headers);
    markPrivateIn(this.#res.errHeaders);
  }
}

/** Whether it is a response of h3's making: the router's replacement for a redirect is a plain object. */
function isH3Response(response: unknown, res: object): boolean {
  return Object.getPrototypeOf(response) === Object.getPrototypeOf(res);
}
