import { BARE } from "../candidates/stored/bare.ts";
import { CACHED_OPEN, CACHED_RECORD, FIND } from "../candidates/stored/coatcheck.ts";
import type { Claim } from "../lib/scenario.ts";

/** How often a session is read the whole way, from the cache, while Better Auth reads one from SQLite. */
const BETTER_AUTH = 50;
/** What a lookup may cost without the cache, in bare lookups of the same row. */
const MOST_LOOKUPS = 1.5;
/** Microseconds until the cache has answered; `JSON.parse` of 500 bytes takes about as long again, whoever calls it. */
const CACHED_MICROSECONDS = 2;

/** What must come out of reading stored sessions: what is promised, not what was measured. */
export function claimsOf(stageName: string): readonly Claim[] {
  const claims: Claim[] = [{ task: CACHED_RECORD, atMostMicroseconds: CACHED_MICROSECONDS }];
  if (stageName !== "memory")
    claims.push(
      { task: FIND, beside: BARE, atMost: MOST_LOOKUPS },
      { task: FIND, beside: BARE, atMost: MOST_LOOKUPS, clock: "wall" },
    );
  if (stageName === "sqlite")
    claims.push({
      task: "Better Auth, as it comes",
      beside: CACHED_OPEN,
      atLeast: BETTER_AUTH,
      clock: "wall",
    });
  return claims;
}
