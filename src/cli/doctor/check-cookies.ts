import { COOKIE_LIMIT } from "../../core/cookie.ts";
import { isLoopback } from "../../core/transport.ts";
import { isSealed } from "../inspect/inspect-sealed.ts";
import { isTokenOrId } from "../../stored/keeper.ts";
import { printable } from "../text.ts";
import { finding, type Finding } from "./finding.ts";
import type { Answer } from "./visit.ts";

/** A `Set-Cookie` line, its attributes by lower-case name. */
interface SetCookie {
  readonly name: string;
  readonly value: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const OPTIONS = "See the option cookie of createSessions.";

/**
 * Looks at what an anonymous visitor was given: no session's cookie; and if one, whether it is well kept.
 *
 * @param sessionName - The session's name, without a prefix.
 */
export function checkCookies(answers: readonly Answer[], sessionName: string): Finding[] {
  const { ok, error } = finding("anonymous-cookie");
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const answer of answers) {
    const cookies = answer.headers
      .getSetCookie()
      .map(parseSetCookie)
      .filter((cookie) => isOfSession(cookie, sessionName));
    if (cookies.length > 0) findings.push(checkVary(answer.headers), checkCaching(answer.headers));
    for (const cookie of cookies) {
      // One that is taken away again is no session.
      if (cookie.value !== "" && !seen.has(cookie.name))
        findings.push(
          error(
            `A visitor who has done nothing is given the session cookie ${printable(cookie.name)}.`,
            "Write to a session only when there is something to keep: anonymous ones fill the store, and no cache can serve the page.",
          ),
        );
      seen.add(cookie.name);
      findings.push(...checkFlags(cookie, isLoopback(answer.url.href)));
    }
  }
  return findings.length === 0 ? [ok("A visitor who has done nothing gets no session cookie.")] : findings;
}

function parseSetCookie(line: string): SetCookie {
  const [pair = "", ...rest] = line.split(";");
  const [name, value] = cut(pair);
  return { name, value, attributes: new Map(rest.map(cut).map(([key, text]) => [key.toLowerCase(), text])) };
}

function cut(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return at === -1 ? [pair.trim(), ""] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

function isOfSession({ name, value }: SetCookie, sessionName: string): boolean {
  return name.replace(/^__(?:Host|Secure)-/, "") === sessionName || isSealed(value) || isTokenOrId(value);
}

/** @param local - Plain http on this machine, where development does without Secure and the prefix that needs it. */
function checkFlags({ name, value, attributes }: SetCookie, local: boolean): Finding[] {
  const cookie = `The session cookie ${printable(name)}`;
  const unlessLocal = (check: string, message: string, fix: string): Finding =>
    local
      ? finding(check).warning(message, `${fix} In development on loopback this is as it should be.`)
      : finding(check).error(message, fix);
  const flaws: Finding[] = [];

  if (!attributes.has("secure"))
    flaws.push(
      unlessLocal(
        "cookie-secure",
        `${cookie} lacks Secure: it travels over plain http, too.`,
        "Serve https and set NODE_ENV=production; behind a proxy that ends TLS, set trustProxy.",
      ),
    );
  if (!attributes.has("httponly"))
    flaws.push(
      finding("cookie-httponly").error(
        `${cookie} lacks HttpOnly: scripts of the page can read it.`,
        "Set it through coatcheck, which always adds HttpOnly.",
      ),
    );
  const sameSite = attributes.get("samesite")?.toLowerCase();
  if (sameSite === undefined || !["lax", "strict", "none"].includes(sameSite))
    flaws.push(
      finding("cookie-samesite").error(
        `${cookie} lacks SameSite: what it does depends on the browser.`,
        `Set SameSite=Lax. ${OPTIONS}`,
      ),
    );
  else if (sameSite === "none")
    flaws.push(
      finding("cookie-samesite").warning(
        `${cookie} travels on requests from all other sites (SameSite=None).`,
        `Set SameSite=Lax unless the application lives in frames of others. ${OPTIONS}`,
      ),
    );
  if (attributes.get("path") !== "/")
    flaws.push(
      finding("cookie-path").error(
        `${cookie} is not for Path=/: another of its name can stand beside it.`,
        `Set Path=/. ${OPTIONS}`,
      ),
    );
  if (attributes.has("domain"))
    flaws.push(
      finding("cookie-domain").warning(
        `${cookie} is for all subdomains (Domain).`,
        `Leave the domain out, so that it stays with this host. ${OPTIONS}`,
      ),
    );
  if (!name.startsWith("__Host-"))
    flaws.push(
      unlessLocal(
        "cookie-prefix",
        `${cookie} lacks the prefix __Host-: a sibling domain can plant one.`,
        `Use neither domain nor another path, and NODE_ENV=production. ${OPTIONS}`,
      ),
    );
  if (name.length + value.length > COOKIE_LIMIT)
    flaws.push(
      finding("cookie-size").error(
        `${cookie} is longer than ${COOKIE_LIMIT} characters: browsers drop it.`,
        "Keep ids instead of objects, or give createSessions a store.",
      ),
    );
  return flaws.length > 0 ? flaws : [finding("cookie-flags").ok(`${cookie} has all its attributes.`)];
}

function checkVary(headers: Headers): Finding {
  const { ok, error } = finding("cookie-vary");
  if (/(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(headers.get("vary") ?? ""))
    return ok("Caches keep visitors apart (Vary: Cookie).");
  return error(
    "The answer with the session's cookie lacks Vary: Cookie: a cache may give it to others.",
    "Leave the header to coatcheck, and let no proxy take it out.",
  );
}

function checkCaching(headers: Headers): Finding {
  const { ok, error } = finding("cookie-cache");
  const value = headers.get("cache-control") ?? "";
  if (/(?:^|[\s,])(?:private|no-store)(?:$|[\s,;])/i.test(value))
    return ok("Shared caches do not keep the answer (Cache-Control).");
  return error(
    "The answer with the session's cookie may be kept by shared caches.",
    "Send Cache-Control: private, no-store, and let no proxy change it.",
  );
}
