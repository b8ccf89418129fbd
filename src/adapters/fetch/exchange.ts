import { SessionError } from "../../core/errors.ts";
import { markPrivateIn, setCookieIn, type Exchange } from "../../exchange.ts";

/** The exchange of a request that is being answered; its headers go into the response at the end. */
export interface FetchExchange extends Exchange {
  readonly headers: Headers;
  sent: boolean;
}

const exchanges = new WeakMap<Request, FetchExchange>();

/** The exchange of a request inside `withSessions`. @throws SessionError `ERR_SESSION_NO_REQUEST` */
export function exchangeOf(request: Request): FetchExchange {
  const exchange = exchanges.get(request);
  if (exchange !== undefined) return exchange;
  throw new SessionError(
    "ERR_SESSION_NO_REQUEST",
    "This request is not being answered inside withSessions(handler), or it is a copy: pass the object that the handler was given.",
  );
}

/** Makes the exchange of a request, for {@link exchangeOf}. */
export function openExchange(request: Request, address: () => string | undefined): FetchExchange {
  const headers = new Headers();
  const exchange: FetchExchange = {
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
  exchanges.set(request, exchange);
  return exchange;
}
