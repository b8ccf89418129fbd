/** Sources of one directive of a content security policy. */
export type ContentSecurityPolicy = Readonly<Record<string, readonly string[]>>;

/** What {@link securityHeaders} can be told. */
export interface SecurityHeaderOptions {
  /**
   * Directives that replace or extend the default policy, such as `{ "img-src": ["'self'", "https://img.example"] }`;
   * `false` sends no policy, as a development server with inline scripts needs. @default a strict policy with a nonce
   */
  readonly contentSecurityPolicy?: ContentSecurityPolicy | false | undefined;
  /** Seconds of `Strict-Transport-Security`; `false` leaves it to the proxy. @default 63072000 (two years) */
  readonly hsts?: number | false | undefined;
}

const DEFAULT_POLICY: ContentSecurityPolicy = {
  "default-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
};
const TWO_YEARS = 2 * 365 * 24 * 60 * 60;

/**
 * The headers that every response of an application should have, whatever it carries.
 *
 * @param nonce - Fresh for every response, and allowed for scripts beside the site's own files.
 * @see OWASP ASVS 5.0 section 3.4
 */
export function securityHeaders(
  nonce: string,
  options: SecurityHeaderOptions = {},
): [name: string, value: string][] {
  const { contentSecurityPolicy, hsts = TWO_YEARS } = options;
  const headers: [string, string][] = [
    ["X-Content-Type-Options", "nosniff"],
    ["Referrer-Policy", "strict-origin-when-cross-origin"],
    ["Cross-Origin-Opener-Policy", "same-origin"],
    ["Cross-Origin-Resource-Policy", "same-origin"],
    ["Permissions-Policy", "camera=(), geolocation=(), microphone=()"],
    // For browsers that predate frame-ancestors.
    ["X-Frame-Options", "DENY"],
  ];
  if (hsts !== false) headers.push(["Strict-Transport-Security", `max-age=${hsts}; includeSubDomains`]);
  if (contentSecurityPolicy !== false) {
    const policy = {
      ...DEFAULT_POLICY,
      "script-src": ["'self'", `'nonce-${nonce}'`],
      ...contentSecurityPolicy,
    };
    const text = Object.entries(policy).map(([directive, sources]) => `${directive} ${sources.join(" ")}`);
    headers.push(["Content-Security-Policy", text.join("; ")]);
  }
  return headers;
}
