/** Answer of {@link readCookie} when a name occurs more than once in one header. */
export const DUPLICATE: unique symbol = Symbol("duplicate cookie");

/** Octets that a browser accepts for a cookie's name and value together. */
export const COOKIE_LIMIT = 4096;

const SEMICOLON = 59;
const SPACE = 32;
const TAB = 9;

/**
 * Finds one cookie in a `Cookie` header without parsing the others.
 *
 * @param header - The header's value.
 * @param name - The exact, case-sensitive name.
 * @returns The raw value, `undefined` when the name is absent, {@link DUPLICATE} when it occurs twice:
 *   a second cookie of a session's name was set by somebody else, and choosing one would be a guess.
 * @see RFC 6265bis section 5.8.3 (a user agent sends `name=value` pairs joined by "; ")
 */
export function readCookie(header: string, name: string): string | typeof DUPLICATE | undefined {
  let found: string | undefined;
  let from = 0;
  for (;;) {
    const at = header.indexOf(name, from);
    if (at === -1) return found;
    from = at + name.length;
    if (header.charCodeAt(from) !== 61 /* = */ || !startsPair(header, at)) continue;
    if (found !== undefined) return DUPLICATE;
    const end = header.indexOf(";", from);
    found = header.slice(from + 1, end === -1 ? header.length : end).trim();
    if (end === -1) return found;
    from = end;
  }
}

/** Only blanks between the position and the previous `;` or the start: the name is not a suffix of another. */
function startsPair(header: string, at: number): boolean {
  for (let i = at - 1; i >= 0; i--) {
    const code = header.charCodeAt(i);
    if (code === SEMICOLON) return true;
    if (code !== SPACE && code !== TAB) return false;
  }
  return true;
}

/** What a `Set-Cookie` line of ours can say beside name and value. */
export interface CookieAttributes {
  /** Seconds until the browser forgets it; left out, it lives until the browser closes. */
  readonly maxAge?: number | undefined;
  readonly domain?: string | undefined;
  readonly path: string;
  readonly secure: boolean;
  readonly sameSite: "lax" | "strict" | "none";
}

const SAME_SITE = { lax: "Lax", strict: "Strict", none: "None" } as const;

/**
 * Writes a `Set-Cookie` line. The name and value are ours (checked name, token alphabet), so nothing
 * needs escaping; `HttpOnly` is not optional.
 *
 * @see RFC 6265bis section 4.1
 */
export function writeCookie(name: string, value: string, attributes: CookieAttributes): string {
  let line = `${name}=${value}`;
  if (attributes.maxAge !== undefined) line += `; Max-Age=${Math.max(0, Math.floor(attributes.maxAge))}`;
  if (attributes.domain !== undefined) line += `; Domain=${attributes.domain}`;
  line += `; Path=${attributes.path}; HttpOnly`;
  if (attributes.secure) line += "; Secure";
  return `${line}; SameSite=${SAME_SITE[attributes.sameSite]}`;
}

/** Characters of an RFC 9110 token: all that a cookie's name may hold. */
const COOKIE_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Whether a string can be a cookie's name. */
export function isCookieName(name: string): boolean {
  return COOKIE_NAME.test(name);
}
