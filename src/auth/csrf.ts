import { plainAnswer } from "./plain-answer.ts";

/** Options of the cross-site check of a plain `Request`. */
export interface CrossSiteOptions {
  /**
   * Origins whose pages may send requests here, such as `https://accounts.example.com`. Behind a proxy that changes
   * the Host header, the application's own public origin as well. @default none
   */
  readonly trustedOrigins?: readonly string[] | undefined;
}

/** The facts of a request that tell where it came from. */
export interface RequestOrigin {
  readonly method: string;
  /** The request's URL as the visitor's browser sees it. */
  readonly url: string;
  readonly secFetchSite: string | null;
  readonly origin: string | null;
}

/** Why a request was taken for another site's. */
export type CrossSiteReason = "cross-site" | "foreign-origin" | "unknown-origin";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a method may, by its definition, change nothing (RFC 9110 section 9.2.1). */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/**
 * Tells whether a request that may change something came from this site's own pages. `Sec-Fetch-Site` decides
 * where the browser sends it; older browsers send `Origin`; a request with neither is refused, as nothing
 * vouches for it. A sibling subdomain (`same-site`) is another origin.
 *
 * @param trusted - Origins that may send requests here, such as `https://accounts.example.com`.
 * @returns `undefined` for this site's own, else why it is not.
 * @see OWASP ASVS 5.0 3.5.1, 3.7.5; Fetch Metadata Request Headers
 */
export function crossSiteReason(
  request: RequestOrigin,
  trusted: ReadonlySet<string>,
): CrossSiteReason | undefined {
  const { secFetchSite, origin } = request;
  if (origin !== null && trusted.has(origin)) return undefined;
  if (secFetchSite !== null) {
    if (secFetchSite !== "same-origin") return "cross-site";
    // A page of this site names this site; a lone contradiction is not a browser's.
    return origin === null || isOwnOrigin(origin, request.url) ? undefined : "foreign-origin";
  }
  if (origin === null) return "unknown-origin";
  return isOwnOrigin(origin, request.url) ? undefined : "foreign-origin";
}

/** {@link crossSiteReason} of a `Request`. */
export function crossSiteReasonOf(
  request: Request,
  trusted: ReadonlySet<string>,
): CrossSiteReason | undefined {
  const { method, url, headers } = request;
  return crossSiteReason(
    { method, url, secFetchSite: headers.get("sec-fetch-site"), origin: headers.get("origin") },
    trusted,
  );
}

/** The answer to a request that another site sent: 403, and nothing of the application's. */
export function crossSiteRefusal(): Response {
  return plainAnswer(403, "This request did not come from this site's own pages.");
}

/**
 * Same host and port; and not a plain-http page of a host that is served over https. The server may see http behind
 * a proxy that ends TLS, so the other way round passes.
 */
function isOwnOrigin(origin: string, url: string): boolean {
  let own: URL;
  let other: URL;
  try {
    own = new URL(url);
    other = new URL(origin);
  } catch {
    return false;
  }
  if (other.origin !== origin || other.hostname !== own.hostname) return false;
  if (other.protocol === own.protocol) return other.port === own.port;
  return other.protocol === "https:" && own.protocol === "http:" && other.port === own.port;
}
