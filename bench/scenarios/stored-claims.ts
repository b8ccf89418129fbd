import { BARE, BARE_WRITE, redisSetAlone } from "../candidates/stored/bare.ts";
import { CACHED_OPEN, CACHED_RECORD, FIND, OPEN, WRITE } from "../candidates/stored/coatcheck.ts";
import type { StoreName } from "../candidates/stored/open.ts";
import type { Claim } from "../lib/scenario.ts";
import { STORED, WRITES } from "./expectations.ts";

/** How often a session is read the whole way while Better Auth reads one: both from SQLite, or each from what it has at hand. */
const BETTER_AUTH = 20;
/** What a lookup may cost without the cache, in bare lookups of the same row. */
const MOST_LOOKUPS = 1.5;
/** Microseconds until the cache has answered; `JSON.parse` of 500 bytes takes about as long again, whoever calls it. */
const CACHED_MICROSECONDS = 2;
/** Reads under way at once from which PostgreSQL's batches are expected to pay. */
const RUSH = 64;

/** What must come out of reading stored sessions: what is promised, not what was measured. */
export function claimsOf(store: StoreName, inFlight: number): readonly Claim[] {
  const claims: Claim[] = [{ subject: CACHED_RECORD, atMost: CACHED_MICROSECONDS }];
  if (store !== "memory")
    claims.push(
      { subject: FIND, beside: BARE, atMost: MOST_LOOKUPS },
      { subject: FIND, beside: BARE, atMost: MOST_LOOKUPS, quantity: "wall" },
    );
  if (store === "sqlite")
    claims.push(
      { subject: OPEN, beside: BARE, atMost: STORED.sqlite },
      { subject: "Better Auth, as it comes", beside: OPEN, atLeast: BETTER_AUTH, quantity: "wall" },
      { subject: "Better Auth, cookie cache", beside: CACHED_OPEN, atLeast: BETTER_AUTH, quantity: "wall" },
    );
  if (store === "postgres" && inFlight === RUSH)
    claims.push({ subject: BARE, beside: OPEN, atLeast: STORED.postgres, quantity: "wall" });
  if (store === "redis") claims.push({ subject: FIND, beside: BARE, atMost: STORED.redis, quantity: "wall" });
  return claims;
}

/** The same of writing to them. */
export function writeClaimsOf(store: keyof typeof WRITES, inFlight: number): readonly Claim[] {
  if (inFlight !== RUSH) return [];
  const subjects = store === "redis" ? [BARE_WRITE, redisSetAlone.name] : [BARE_WRITE];
  return subjects.map((subject) => ({ subject, beside: WRITE, atLeast: WRITES[store], quantity: "wall" }));
}
