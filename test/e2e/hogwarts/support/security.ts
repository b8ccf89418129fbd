import { app, root } from "../../../../scripts/lib/paths.mjs";
import type { Received } from "../../support/http.ts";

/** What a body must never show: stacks, paths of the server, its database's words, names of its code. */
const INSIDES =
  /no such table|SqliteError|SQLITE_|ERR_[A-Z]{3}|node_modules|node:internal|file:\/\/|\bat (?:async )?[\w.<>]+ \(|select "|\bfrom "users"|password_hash|argon2/;

/** What a response should have and has not, as text; nothing when all is well. */
export function faultsOf(answer: Received, { isFile = false } = {}): string[] {
  const faults: string[] = [];
  const expectHeader = (name: string, pattern: RegExp) => {
    const value = answer.header(name);
    if (value === undefined || !pattern.test(value)) faults.push(`${name}: ${value}`);
  };
  // SolidStart takes its own cookie back from whoever sends one.
  const cookies = answer.cookies.filter((line) => line !== "flash=; Max-Age=0; Path=/");
  if (cookies.length > 0) faults.push(`Set-Cookie: ${cookies.join(", ")}`);
  expectHeader("x-content-type-options", /^nosniff$/);
  expectHeader("strict-transport-security", /^max-age=\d{8,}; includeSubDomains$/);
  expectHeader("content-security-policy", /frame-ancestors 'none'/);
  expectHeader("content-security-policy", /default-src '(?:none|self)'/);
  const insides = isFile ? undefined : answer.body.match(INSIDES)?.[0];
  if (insides !== undefined) faults.push(`body shows ${insides}`);
  for (const path of [root, app])
    if (answer.body.includes(path)) faults.push("body shows a path of the server");
  if (isFile) return faults;

  expectHeader("referrer-policy", /^(?:strict-origin|no-referrer|same-origin)/);
  expectHeader("x-frame-options", /^DENY$/);
  expectHeader("content-security-policy", /script-src 'self' 'nonce-[A-Za-z0-9+/]{22}=='/);
  if (/'unsafe-|script-src[^;]*(?:\*|https?:|data:)/.test(answer.header("content-security-policy") ?? ""))
    faults.push("the policy lets foreign scripts in");
  return [...faults, ...markupFaults(answer)];
}

/** The nonce of a response's policy. */
export function nonceOf(answer: Received): string | undefined {
  return answer.header("content-security-policy")?.match(/'nonce-([^']+)'/)?.[1];
}

/** Scripts without the nonce, and what the policy would not let work. */
function markupFaults(answer: Received): string[] {
  if (!answer.header("content-type")?.includes("text/html")) return [];
  const nonce = nonceOf(answer);
  const withoutCode = answer.body.replaceAll(/(<script\b[^>]*>).*?<\/script>/gis, "$1");
  const tags = withoutCode.match(/<[a-z][\w-]*(?:\s+[^\s"'=<>/]+(?:="[^"]*")?)*\s*\/?>/gi) ?? [];
  const scripts = tags.filter((tag) => /^<script\b/i.test(tag));
  return [
    ...scripts
      .filter((tag) => !tag.includes(`nonce="${nonce}"`))
      .map((tag) => `script without the nonce: ${tag}`),
    ...tags
      .filter((tag) => /\s(?:on[a-z]+|style)="/i.test(tag))
      .map((tag) => `inline handler or style: ${tag}`),
  ];
}
