import type { SessionRecord } from "./record.ts";

/** How long sessions live; all in seconds. */
export interface Lifetime {
  readonly idleTimeout: number;
  readonly absoluteTimeout: number;
  /** Least time between two writes that only note that the visitor is still here. */
  readonly touchInterval: number;
}

/** A record that claims to be made later than this from now was made by a clock that is wrong. */
export const CLOCK_SKEW_MS = 60_000;

/** Moments of a session that starts now. */
export function startLifetime(
  lifetime: Lifetime,
  now: number,
): Pick<SessionRecord, "createdAt" | "lastSeenAt" | "idleTimeout" | "absoluteExpiresAt" | "expiresAt"> {
  const absoluteExpiresAt = now + lifetime.absoluteTimeout * 1000;
  return {
    createdAt: now,
    lastSeenAt: now,
    idleTimeout: lifetime.idleTimeout,
    absoluteExpiresAt,
    expiresAt: Math.min(absoluteExpiresAt, now + lifetime.idleTimeout * 1000),
  };
}

/** Moments of a session that is seen now. Time never runs backwards in a record, whatever the clock does. */
export function seenAt(record: SessionRecord, now: number): Pick<SessionRecord, "lastSeenAt" | "expiresAt"> {
  const lastSeenAt = Math.max(record.lastSeenAt, now);
  return {
    lastSeenAt,
    expiresAt: Math.min(record.absoluteExpiresAt, lastSeenAt + record.idleTimeout * 1000),
  };
}

/** Whether a record is dead, and of what; `undefined` while it lives. */
export function lifeEnd(
  record: SessionRecord,
  now: number,
): "expired" | "idle" | "not-yet-valid" | undefined {
  if (now >= record.absoluteExpiresAt) return "expired";
  if (now >= record.expiresAt) return "idle";
  return record.createdAt > now + CLOCK_SKEW_MS ? "not-yet-valid" : undefined;
}

/** Whether it is time to note that the visitor is still here. */
export function isTouchDue(record: SessionRecord, lifetime: Lifetime, now: number): boolean {
  return now - record.lastSeenAt >= lifetime.touchInterval * 1000;
}
