import type { Payload } from "../lib/payloads.ts";

export type MaybePromise<T> = T | Promise<T>;

/**
 * A way to carry a session in a cookie. What `seal` gives, `open` takes: a bare token, or a whole `Cookie` header
 * where the candidate is measured from the request on.
 */
export interface Candidate {
  readonly name: string;
  /** Operations under way at once: 1 where nothing is ever awaited. */
  readonly inFlight: number;
  /** Whether an operation takes so long that it makes no difference how many tokens there are, while making many takes minutes. */
  readonly slow?: boolean;
  readonly seal: (data: Payload) => MaybePromise<string>;
  /** Opens and reads as an application does: the user's id, `undefined` when the token is refused. */
  readonly open: (token: string) => MaybePromise<unknown>;
  /** All of the data, to check that it came through. */
  readonly read: (token: string) => MaybePromise<unknown>;
}

/** What an application does with `Cookie` headers. */
export interface CookieJar extends Pick<Candidate, "seal" | "open" | "read"> {
  /** Reads a session, gives it another role, and keeps it. @returns the `Cookie` header afterwards. */
  readonly change: (cookie: string, role: string) => MaybePromise<string>;
}

/** A candidate that is given a whole request. */
export interface RequestCandidate extends Candidate, CookieJar {
  /** Seals as an application does that names its cookie alike and has another secret. */
  readonly sealElsewhere: (data: Payload) => MaybePromise<string>;
}

/** What asynchronous candidates are given to do at once, as a busy server would. */
export const IN_FLIGHT = 32;

/** One secret for all, longer than any of them asks for. */
export const SECRET = "correct-horse-battery-staple-0123456789-abcdef";

/** Another application's. */
export const OTHER_SECRET = "somebody-elses-battery-staple-9876543210-fedcba";

/** The `Cookie` header that a browser would send after these `Set-Cookie` lines, with a neighbour beside it. */
export function cookieHeader(...setCookies: string[]): string {
  const pairs = setCookies.map((line) => /^[^;]*/.exec(line)![0]);
  return ["theme=dark", ...pairs].join("; ");
}
