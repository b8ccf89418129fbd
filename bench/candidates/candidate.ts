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
  seal(data: Payload): MaybePromise<string>;
  /** Opens and reads as an application does: the user's id, `undefined` when the token is refused. */
  open(token: string): MaybePromise<unknown>;
  /** All of the data, to check that it came through. */
  read(token: string): MaybePromise<unknown>;
}

/** What asynchronous candidates are given to do at once, as a busy server would. */
export const IN_FLIGHT = 32;

/** One secret for all, longer than any of them asks for. */
export const SECRET = "correct-horse-battery-staple-0123456789-abcdef";

/** The `Cookie` header that a browser would send after this `Set-Cookie` line, with a neighbour beside it. */
export function cookieHeader(setCookie: string): string {
  const end = setCookie.indexOf(";");
  return `theme=dark; ${end === -1 ? setCookie : setCookie.slice(0, end)}`;
}
