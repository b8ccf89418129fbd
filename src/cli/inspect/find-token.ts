import { DEFAULT_NAME } from "../../options.ts";
import { DUPLICATE, isCookieName, readCookie } from "../../core/cookie.ts";
import { UsageError } from "../command.ts";

/** A token, and the cookie and session that it belongs to as far as the input says. */
export interface FoundToken {
  /** The session's name, without a prefix: sealed tokens are bound to it. */
  readonly name: string;
  /** The cookie's name; `undefined` when the value came alone. */
  readonly cookieName: string | undefined;
  /** `DUPLICATE` when the name occurs twice, which the application refuses. */
  readonly token: string | typeof DUPLICATE;
}

const PREFIXES = ["__Host-", "__Secure-", ""] as const;

/** A session's name out of a cookie's. */
function withoutPrefix(cookieName: string): string {
  return cookieName.replace(/^__(?:Host|Secure)-/, "");
}

/**
 * Finds the token in a cookie's value, a `name=value` pair, or a whole `Cookie` header.
 *
 * @param given - The session's name, with or without the cookie's prefix; `undefined` for "session", or what
 *   a single pair says.
 * @throws UsageError when a header has no such cookie. What it has stays out of the message.
 */
export function findToken(input: string, given: string | undefined): FoundToken {
  const header = input.replace(/^cookie:\s*/i, "").trim();
  if (header === "") throw new UsageError("There is no cookie: give it on the standard input.");
  const name = withoutPrefix(given ?? DEFAULT_NAME);

  for (const prefix of PREFIXES) {
    const token = readCookie(header, prefix + name);
    if (token !== undefined) return { name, cookieName: prefix + name, token };
  }

  const pairs = header.split(";").map((pair) => pair.trim());
  const [first = ""] = pairs;
  const at = first.indexOf("=");
  if (pairs.length === 1 && at === -1) return { name, cookieName: undefined, token: header };
  const cookieName = first.slice(0, at);
  if (pairs.length === 1 && given === undefined && isCookieName(cookieName))
    return { name: withoutPrefix(cookieName), cookieName, token: first.slice(at + 1) };
  throw new UsageError(
    "Among these cookies there is none of this session: its cookie is named __Host-<name>, __Secure-<name> or <name>, and --name says which name.",
  );
}
