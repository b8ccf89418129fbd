import type { CookieAttributes } from "./cookie.ts";

/** How the cookie travels on one kind of connection. */
export interface Transport {
  readonly cookieName: string;
  readonly attributes: CookieAttributes;
  /** `false` where a browser would drop the cookie: Secure on plain http. */
  readonly safe: boolean;
}

/** The transports of one session name, made once. */
export interface Transports {
  readonly secure: Transport;
  readonly dropped: Transport;
  readonly plain: Transport;
}

/** Cookie options as they were checked. */
export interface CookieOptions {
  readonly name: string;
  readonly domain: string | undefined;
  readonly path: string;
  readonly sameSite: CookieAttributes["sameSite"];
}

/**
 * Names the cookie. `__Host-` binds it to this host and path `/`, so no sibling domain can plant one;
 * with a domain or another path the weaker `__Secure-` is what browsers allow.
 *
 * @see RFC 6265bis section 4.1.3
 */
export function createTransports(options: CookieOptions): Transports {
  const { name, domain, path, sameSite } = options;
  const prefix = domain === undefined && path === "/" ? "__Host-" : "__Secure-";
  const secure: Transport = {
    cookieName: prefix + name,
    attributes: { domain, path, sameSite, secure: true },
    safe: true,
  };
  const plain = { cookieName: name, attributes: { domain, path, sameSite, secure: false }, safe: true };
  // SameSite=None without Secure is dropped everywhere; Secure on loopback by some browsers only.
  return { secure, dropped: { ...secure, safe: false }, plain: sameSite === "none" ? secure : plain };
}

/** Proxies append: the last value is the nearest one's. */
const NEAREST_HTTPS = /(?:^|,)\s*https\s*$/i;
const LOOPBACK = /^http:\/\/(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?(?:[/?#]|$)/i;

/** Whether a URL is plain http on this very machine. */
export function isLoopback(url: string): boolean {
  return LOOPBACK.test(url);
}

/**
 * Chooses the transport of a request.
 *
 * @param request - Its URL is asked for only where no proxy says enough: a server puts it together when somebody asks.
 * @param forwardedProto - `X-Forwarded-Proto`, only where the proxy in front is trusted. The last value is
 *   the nearest proxy's.
 * @param development - Plain-http loopback may do without Secure, because some browsers refuse it there.
 */
export function chooseTransport(
  transports: Transports,
  request: { readonly url: string },
  forwardedProto: string | null,
  development: boolean,
): Transport {
  if (forwardedProto !== null && NEAREST_HTTPS.test(forwardedProto)) return transports.secure;
  const { url } = request;
  if (url.startsWith("https:")) return transports.secure;
  if (isLoopback(url)) return development ? transports.plain : transports.secure;
  return transports.dropped;
}
