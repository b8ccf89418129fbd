import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CLOCK_SKEW_MS,
  isTouchDue,
  lifeEnd,
  seenAt,
  startLifetime,
  type Lifetime,
} from "../../src/core/lifetime.ts";
import type { SessionRecord } from "../../src/core/record.ts";
import { NOON } from "./sealers.ts";

const lifetime: Lifetime = { idleTimeout: 1800, absoluteTimeout: 7200, touchInterval: 60 };
const IDLE = 1_800_000;
const ABSOLUTE = 7_200_000;

function started(at: number = NOON, of: Lifetime = lifetime): SessionRecord {
  return {
    id: "id",
    version: 1,
    userId: undefined,
    authenticatedAt: undefined,
    schemaVersion: 1,
    data: "{}",
    flash: undefined,
    ...startLifetime(of, at),
  };
}

const seen = (record: SessionRecord, at: number): SessionRecord => ({ ...record, ...seenAt(record, at) });

describe("a session that starts", () => {
  test("has both its ends ahead of it", () => {
    expect(startLifetime(lifetime, NOON)).toEqual({
      createdAt: NOON,
      lastSeenAt: NOON,
      idleTimeout: 1800,
      absoluteExpiresAt: NOON + ABSOLUTE,
      expiresAt: NOON + IDLE,
    });
  });

  test("expires with its absolute end where that is nearer", () => {
    const { expiresAt } = startLifetime({ ...lifetime, idleTimeout: 10_000 }, NOON);
    expect(expiresAt).toBe(NOON + ABSOLUTE);
  });
});

describe("a session's life", () => {
  test("ends to the millisecond when nobody was seen for idleTimeout", () => {
    const record = started();
    const ends = [-1, 0, 1].map((off) => lifeEnd(record, NOON + IDLE + off));
    expect(ends).toEqual([undefined, "idle", "idle"]);
  });

  test("goes on to the millisecond with every visit", () => {
    const record = seen(started(), NOON + IDLE - 1);
    const ends = [-2, -1, 0].map((off) => lifeEnd(record, NOON + 2 * IDLE + off));
    expect(ends).toEqual([undefined, "idle", "idle"]);
  });

  test("ends to the millisecond at its absolute end, however often it was seen", () => {
    let record = started();
    for (let at = NOON; at < NOON + ABSOLUTE; at += 60_000) record = seen(record, at);
    expect(record.expiresAt).toBe(NOON + ABSOLUTE);
    const ends = [-1, 0, 1].map((off) => lifeEnd(record, NOON + ABSOLUTE + off));
    expect(ends).toEqual([undefined, "expired", "expired"]);
  });

  test("is called expired, not idle, when both are over", () => {
    expect(lifeEnd(started(), NOON + ABSOLUTE)).toBe("expired");
    expect(lifeEnd(started(), NOON + ABSOLUTE - 1)).toBe("idle");
  });

  test("begins at most a minute before its record says so", () => {
    const record = started();
    const ends = [-1, 0, 1].map((off) => lifeEnd(record, NOON - CLOCK_SKEW_MS + off));
    expect(ends).toEqual(["not-yet-valid", undefined, undefined]);
    expect(CLOCK_SKEW_MS).toBe(60_000);
  });

  test("is never longer than the absolute limit, nor shorter than idleTimeout allows", () => {
    const steps = fc.array(fc.integer({ min: -600_000, max: 3_000_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(steps, (moves) => {
        let record = started();
        let now = NOON;
        for (const move of moves) {
          now += move;
          const before = record;
          record = seen(record, now);
          expect(record.lastSeenAt).toBe(Math.max(before.lastSeenAt, now));
          expect(record.expiresAt).toBeGreaterThanOrEqual(before.expiresAt);
          expect(record.expiresAt).toBeLessThanOrEqual(NOON + ABSOLUTE);
          expect(record.absoluteExpiresAt).toBe(NOON + ABSOLUTE);
          expect(record.expiresAt).toBe(Math.min(NOON + ABSOLUTE, record.lastSeenAt + IDLE));
        }
      }),
    );
  });
});

describe("noting a visitor", () => {
  test("is due to the millisecond after touchInterval", () => {
    const due = [59_999, 60_000, 60_001].map((after) => isTouchDue(started(), lifetime, NOON + after));
    expect(due).toEqual([false, true, true]);
  });

  test("is due at every request without an interval", () => {
    const always = { ...lifetime, touchInterval: 0 };
    expect([0, 1].map((after) => isTouchDue(started(), always, NOON + after))).toEqual([true, true]);
  });

  test("takes nothing back when the clock goes backwards", () => {
    const record = seen(started(), NOON + 600_000);
    expect(isTouchDue(record, lifetime, NOON)).toBe(false);
    expect(seen(record, NOON)).toEqual(record);
    expect(lifeEnd(record, NOON)).toBeUndefined();
  });
});
