import { BARE, BARE_WRITE } from "../candidates/stored/bare.ts";
import { CACHED_OPEN, CACHED_RECORD, FIND, OPEN, WRITE } from "../candidates/stored/coatcheck.ts";
import type { Claim } from "../lib/scenario.ts";
import { STORED, WRITES } from "./expectations.ts";

/** How often a session is read the whole way, from the cache, while Better Auth reads one from SQLite. */
const BETTER_AUTH = 50;
/** What a lookup may cost without the cache, in bare lookups of the same row. */
const MOST_LOOKUPS = 1.5;
/** Microseconds until the cache has answered; `JSON.parse` of 500 bytes takes about as long again, whoever calls it. */
const CACHED_MICROSECONDS = 2;
/** Reads under way at once from which PostgreSQL's batches are expected to pay. */
const RUSH = 64;

/** What must come out of reading stored sessions: what is promised, not what was measured. */
export function claimsOf(stageName: string, inFlight: number): readonly Claim[] {
  const claims: Claim[] = [{ subject: CACHED_RECORD, atMost: CACHED_MICROSECONDS }];
  if (stageName !== "memory")
    claims.push(
      { subject: FIND, beside: BARE, atMost: MOST_LOOKUPS },
      { subject: FIND, beside: BARE, atMost: MOST_LOOKUPS, quantity: "wall" },
    );
  if (stageName === "sqlite")
    claims.push(
      { subject: OPEN, beside: BARE, atMost: STORED.sqlite },
      { subject: "Better Auth, as it comes", beside: CACHED_OPEN, atLeast: BETTER_AUTH, quantity: "wall" },
    );
  if (stageName === "postgres" && inFlight === RUSH)
    claims.push({ subject: BARE, beside: OPEN, atLeast: STORED.postgres, quantity: "wall" });
  if (stageName === "redis")
    claims.push({ subject: FIND, beside: BARE, atMost: STORED.redis, quantity: "wall" });
  return claims;
}

/** The same of writing to them. */
export function writeClaimsOf(stageName: keyof typeof WRITES, inFlight: number): readonly Claim[] {
  if (inFlight !== RUSH) return [];
  return [{ subject: BARE_WRITE, beside: WRITE, atLeast: WRITES[stageName], quantity: "wall" }];
}
