import { SessionError } from "../core/errors.ts";
import type { Exchange } from "../exchange.ts";
import type { SessionCookie } from "../session-cookie.ts";

/**
 * Makes sure that the response can still carry the cookie.
 *
 * @throws SessionError `ERR_SESSION_LATE_WRITE`, `ERR_SESSION_INSECURE`
 */
export function assertSettable(cookie: SessionCookie, exchange: Exchange): void {
  if (!cookie.settable) throw exchange.writable() ? insecure() : lateWrite();
}

function lateWrite(): SessionError {
  return new SessionError(
    "ERR_SESSION_LATE_WRITE",
    "The head of the response has left already, so the session's cookie cannot be set. Change the session before the first byte: in an action, in an API route, or in a query with deferStream.",
  );
}

function insecure(): SessionError {
  return new SessionError(
    "ERR_SESSION_INSECURE",
    "This request came over plain http from another machine, where browsers drop a Secure cookie. Serve https; or, behind a proxy that ends TLS, set trustProxy: true and let it send X-Forwarded-Proto.",
  );
}
