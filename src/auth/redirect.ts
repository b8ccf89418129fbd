import { SessionError } from "../core/errors.ts";

/** Longest path that is carried from the login form to where the visitor wanted to go. */
const MAX_LENGTH = 2048;
/** One slash, and printable ASCII but the backslash, which browsers read as a slash. */
const PLAIN = /^\/(?!\/)[!-[\]-~]*$/;
const BASE = "http://n";

/**
 * Checks where to send a visitor after login. What comes from a query string or a form may be anybody's:
 * only a path on this very site passes, spelled so that no browser can read a host into it.
 *
 * @param next - Whatever was in the request; anything but a safe path gives the fallback.
 * @param fallback - A path of the application's own. @default "/"
 * @returns a path that begins with exactly one slash.
 * @see OWASP ASVS 5.0 3.7.2
 */
export function safeNext(next: unknown, fallback = "/"): string {
  if (typeof next !== "string" || next.length > MAX_LENGTH || !PLAIN.test(next)) return fallback;
  const url = URL.parse(next, BASE);
  // Parsed as a browser would: still this host, and after `.` and `..` are resolved not `//host` either.
  if (url?.origin !== BASE || url.pathname.startsWith("//")) return fallback;
  return url.pathname + url.search + url.hash;
}

/**
 * Checks an option that names a page of the application's own, such as `"/login"`.
 *
 * @returns the path as it was given.
 * @throws SessionError `ERR_SESSION_CONFIG` for what is no path on this very site.
 */
export function checkPath(option: string, path: string): string {
  if (safeNext(path, "") !== "") return path;
  throw new SessionError("ERR_SESSION_CONFIG", `${option} must be a path on this site, such as "/login".`);
}
