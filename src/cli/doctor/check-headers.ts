import { isLoopback } from "../../core/transport.ts";
import { span } from "../text.ts";
import { finding, type Finding } from "./finding.ts";
import type { Answer } from "./visit.ts";

const DAY = 24 * 60 * 60;
const HALF_A_YEAR = 180 * DAY;
/** More than this is more than two machines with NTP ever differ by. */
const SKEW_MS = 5000;
/** From here on, sessions of one machine are refused by another as not yet valid. */
const GREAT_SKEW_MS = 60_000;
const PROTECT = "The middleware protect() sets it.";

/** Looks at how an answer came: encrypted, to stay so, and from a machine whose clock is right. */
export function checkConnection(answer: Answer): Finding[] {
  return [checkHttps(answer.url), checkHsts(answer), checkClock(answer)];
}

/** Looks at the headers that every page should have. */
export function checkPageHeaders(headers: Headers): Finding[] {
  return [
    checkPolicy(headers),
    checkFraming(headers),
    ...[
      ["x-content-type-options", /^nosniff$/i, "X-Content-Type-Options: nosniff"] as const,
      [
        "referrer-policy",
        /^(?!.*unsafe-url).+/i,
        "a Referrer-Policy that keeps addresses to the site",
      ] as const,
      ["cross-origin-opener-policy", /^same-origin/i, "Cross-Origin-Opener-Policy: same-origin"] as const,
      [
        "cross-origin-resource-policy",
        /^same-(?:origin|site)$/i,
        "Cross-Origin-Resource-Policy: same-origin",
      ] as const,
    ].map(([name, wanted, words]) => {
      const { ok, warning } = finding(name);
      if (wanted.test(headers.get(name) ?? "")) return ok(`The page has ${words}.`);
      return warning(`The page lacks ${words}.`, PROTECT);
    }),
  ];
}

function checkHttps(url: URL): Finding {
  const { ok, warning, error } = finding("https");
  if (url.protocol === "https:") return ok("The connection is encrypted.");
  if (isLoopback(url.href))
    return warning(
      "This is plain http on this machine: what visitors get may be different.",
      "Check the public https:// address, too.",
    );
  return error(
    "The connection is not encrypted: browsers drop Secure cookies, and everybody on the way can read along.",
    "Serve https, and redirect http to it.",
  );
}

function checkHsts({ url, headers }: Answer): Finding {
  const { ok, warning, error } = finding("hsts");
  const value = headers.get("strict-transport-security");
  const seconds = Number(/(?:^|;)\s*max-age="?(\d+)/i.exec(value ?? "")?.[1] ?? NaN);
  if (seconds >= HALF_A_YEAR) return ok(`Browsers stay with https for ${span(seconds * 1000)} (HSTS).`);
  const fix = `Send Strict-Transport-Security: max-age=63072000; includeSubDomains. ${PROTECT}`;
  if (seconds > 0)
    return warning(`Browsers stay with https for only ${span(seconds * 1000)} after a visit (HSTS).`, fix);
  const words = "Nothing makes browsers stay with https (no Strict-Transport-Security).";
  return isLoopback(url.href) ? warning(words, fix) : error(words, fix);
}

function checkPolicy(headers: Headers): Finding {
  const { ok, warning } = finding("content-security-policy");
  const policy = headers.get("content-security-policy");
  if (policy === null)
    return warning(
      "The page has no Content-Security-Policy: an injected script runs as the visitor.",
      PROTECT,
    );
  const scripts = directive(policy, "script-src") ?? directive(policy, "default-src");
  if (scripts === undefined || /(?:^|\s)(?:\*|https?:)(?:\s|$)/.test(scripts))
    return warning("The Content-Security-Policy lets scripts of any site run.", PROTECT);
  if (/'unsafe-inline'/.test(scripts) && !/'(?:nonce|sha\d+)-|'strict-dynamic'/.test(scripts))
    return warning("The Content-Security-Policy lets injected scripts run ('unsafe-inline').", PROTECT);
  return ok("The Content-Security-Policy says which scripts run.");
}

function checkFraming(headers: Headers): Finding {
  const { ok, warning } = finding("framing");
  const ancestors = directive(headers.get("content-security-policy") ?? "", "frame-ancestors");
  const byPolicy = ancestors !== undefined && !/(?:^|\s)(?:\*|https?:)(?:\s|$)/.test(ancestors);
  const byOption =
    ancestors === undefined && /^(?:deny|sameorigin)$/i.test(headers.get("x-frame-options") ?? "");
  if (byPolicy || byOption) return ok("Other sites cannot put the page into a frame.");
  return warning(
    "Any site can put the page into a frame and have the visitor click in it.",
    `Send frame-ancestors 'none' in the Content-Security-Policy. ${PROTECT}`,
  );
}

function directive(policy: string, name: string): string | undefined {
  for (const part of policy.split(/[;,]/)) {
    const [first = "", ...sources] = part.trim().split(/\s+/);
    if (first.toLowerCase() === name) return sources.join(" ");
  }
  return undefined;
}

function checkClock({ headers, at, half }: Answer): Finding {
  const { ok, warning, error } = finding("clock");
  const date = Date.parse(headers.get("date") ?? "");
  const fix = "Synchronise both by NTP.";
  if (Number.isNaN(date)) return warning("The answer has no Date, so the clocks cannot be compared.", fix);
  // The header leaves out the fraction of the second, and a cached answer has a time of its own.
  const age = Number(headers.get("age") ?? 0) * 1000 || 0;
  const skew = date + 500 + age - at;
  const certain = Math.abs(skew) - 500 - half;
  if (certain <= SKEW_MS) return ok("The server's clock agrees with this machine's.");
  const words = `The server's clock is ${span(Math.abs(skew))} ${skew > 0 ? "ahead of" : "behind"} this machine's`;
  if (certain <= GREAT_SKEW_MS) return warning(`${words}.`, fix);
  return error(`${words}: sessions end at the wrong time, or are refused as not yet valid.`, fix);
}
