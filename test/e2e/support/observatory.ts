import type { Received } from "./http.ts";

/** One test of the scan: what it found, and what that adds to the score of 100 or takes from it. */
export interface Grade {
  readonly test: string;
  readonly modifier: number;
}

const SIX_MONTHS = 15_768_000;
const PRIVATE_REFERRER: ReadonlySet<string> = new Set([
  "no-referrer",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
]);

/**
 * Grades the headers of a response that came over https as Mozilla's HTTP Observatory does, with its tests and modifiers: 100 is
 * A+, and what goes beyond it counts only where nothing was taken off.
 *
 * @see https://github.com/mdn/mdn-http-observatory
 */
export function gradesOf(answer: Received): Grade[] {
  return [
    { test: "content-security-policy", modifier: gradePolicy(directivesOf(answer)) },
    { test: "cookies", modifier: gradeCookies(answer.cookies) },
    { test: "cross-origin-resource-sharing", modifier: gradeSharing(answer) },
    { test: "strict-transport-security", modifier: gradeTransport(answer) },
    { test: "referrer-policy", modifier: gradeReferrer(answer) },
    {
      test: "x-content-type-options",
      modifier: answer.header("x-content-type-options") === "nosniff" ? 0 : -5,
    },
    { test: "x-frame-options", modifier: gradeFraming(answer) },
    { test: "cross-origin-resource-policy", modifier: gradeResources(answer) },
    { test: "subresource-integrity", modifier: gradeScripts(answer) },
  ];
}

/** The score, which reaches above 100 only where no test has taken anything off. */
export function scoreOf(grades: readonly Grade[]): number {
  const sum = (some: readonly Grade[]): number => some.reduce((total, { modifier }) => total + modifier, 0);
  const base = 100 + sum(grades.filter(({ modifier }) => modifier < 0));
  return base < 90 ? base : base + sum(grades.filter(({ modifier }) => modifier > 0));
}

type Directives = ReadonlyMap<string, readonly string[]>;

function directivesOf(answer: Received): Directives {
  const policy = answer.header("content-security-policy") ?? "";
  return new Map(
    policy
      .split(";")
      .map((part) => part.trim().split(/\s+/))
      .filter(([name]) => name !== "")
      .map(([name = "", ...sources]) => [name.toLowerCase(), sources]),
  );
}

function gradePolicy(directives: Directives): number {
  if (directives.size === 0) return -25;
  const sources = (name: string): readonly string[] =>
    directives.get(name) ?? directives.get("default-src") ?? ["*"];
  const scripts = [...sources("script-src"), ...sources("object-src")];
  const open = scripts.some((source) => /^(?:\*|https?:|data:|blob:|ftp:)$/.test(source));
  // A nonce makes browsers pass over 'unsafe-inline'.
  const nonced = scripts.some((source) => /^'(?:nonce-|sha(?:256|384|512)-|strict-dynamic)/.test(source));
  if (open || (scripts.includes("'unsafe-inline'") && !nonced)) return -20;
  if (scripts.includes("'unsafe-eval'")) return -10;
  if (sources("style-src").includes("'unsafe-inline'")) return 0;
  return directives.get("default-src")?.join(" ") === "'none'" ? 10 : 5;
}

function gradeCookies(cookies: readonly string[]): number {
  if (cookies.length === 0) return 0;
  // SolidStart's own, which is taken back.
  const given = cookies.filter((line) => !/max-age=0\b/i.test(line));
  if (given.some((line) => !/;\s*secure\b/i.test(line))) return -40;
  if (given.some((line) => !/;\s*httponly\b/i.test(line))) return -30;
  return given.every((line) => /;\s*samesite=(?:lax|strict)\b/i.test(line)) ? 5 : 0;
}

function gradeSharing(answer: Received): number {
  return answer.header("access-control-allow-origin") === undefined ? 0 : -50;
}

function gradeTransport(answer: Received): number {
  const value = answer.header("strict-transport-security");
  if (value === undefined) return -20;
  return Number(/max-age=(\d+)/.exec(value)?.[1] ?? 0) >= SIX_MONTHS ? 0 : -10;
}

function gradeReferrer(answer: Received): number {
  const value = answer.header("referrer-policy");
  if (value === undefined) return 0;
  return PRIVATE_REFERRER.has(value) ? 5 : -5;
}

function gradeFraming(answer: Received): number {
  if (directivesOf(answer).get("frame-ancestors")?.join(" ") === "'none'") return 5;
  return /^(?:DENY|SAMEORIGIN)$/.test(answer.header("x-frame-options") ?? "") ? 0 : -20;
}

function gradeResources(answer: Received): number {
  const value = answer.header("cross-origin-resource-policy");
  if (value === undefined) return 0;
  return value === "same-origin" || value === "same-site" ? 10 : -5;
}

function gradeScripts(answer: Received): number {
  const foreign = answer.body.match(/<script\b[^>]*\bsrc="(?:https?:)?\/\/[^"]*"[^>]*>/gi) ?? [];
  return foreign.every((tag) => /\bintegrity="/.test(tag)) ? 0 : -50;
}
