import { array, assert, constant, integer, nat, oneof, property, record, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkLimit,
  EMPTY,
  forgottenAt,
  giveBackTo,
  takeFrom,
  type Bucket,
  type Limit,
} from "../../../src/auth/throttle/bucket.ts";
import { codeOf } from "../../sessions/harness.ts";

const START = Date.UTC(2026, 0, 1);
const SECOND = 1000;
const DAY = 86_400 * SECOND;
const MEMORY = 30 * DAY;
const DEFAULT: Limit = { limit: 10, window: 900 };

interface Guess {
  /** Milliseconds after the first one. */
  readonly at: number;
  /** What it left behind. */
  readonly bucket: Bucket;
}

/** The first guesses of somebody who tries again as soon as that is allowed. */
function guess(limit: Limit, count: number): Guess[] {
  const guesses: Guess[] = [];
  let bucket = EMPTY;
  for (let at = 0; guesses.length < count;) {
    const outcome = takeFrom(bucket, limit, START + at);
    bucket = outcome.bucket;
    if (outcome.retryAfter === undefined) guesses.push({ at, bucket });
    else at += outcome.retryAfter * SECOND;
  }
  return guesses;
}

/** When each is allowed, in seconds. */
const guessTimes = (limit: Limit, count: number): number[] =>
  guess(limit, count).map(({ at }) => at / SECOND);

describe("a bucket", () => {
  test("allows its limit at once, then one in every window / limit seconds, then ever fewer", () => {
    const pauses = guessTimes({ limit: 3, window: 90 }, 16).map((at, n, all) => at - (all[n - 1] ?? 0));
    expect(pauses).toEqual([0, 0, 0, 30, 30, 30, 60, 60, 60, 120, 120, 120, 240, 240, 240, 480]);
  });

  test("with room for one doubles the pause every time", () => {
    expect(guessTimes({ limit: 1, window: 60 }, 6)).toEqual([0, 60, 180, 420, 900, 1860]);
  });

  test("never closes for longer than a day", () => {
    const times = guessTimes({ limit: 1, window: 60 }, 20);
    expect(times.at(-1)! - times.at(-2)!).toBe(86_400);
  });

  test("that is given longer than a day an attempt keeps to that", () => {
    expect(guessTimes({ limit: 1, window: 7 * 86_400 }, 3)).toEqual([0, 7 * 86_400, 14 * 86_400]);
  });

  test("is full to the millisecond, and says when it is not, in whole seconds", () => {
    const limit = { limit: 2, window: 3 };
    const full = [1, 2].reduce((bucket) => takeFrom(bucket, limit, START).bucket, EMPTY);
    const retryAfter = (after: number) => takeFrom(full, limit, START + after).retryAfter;
    expect([0, 1, 499, 500, 501, 1499].map(retryAfter)).toEqual([2, 2, 2, 1, 1, 1]);
    expect(retryAfter(1500)).toBeUndefined();
  });

  test("holds exactly its limit, also where the seconds do not divide evenly", () => {
    assert(
      property(
        integer({ min: 1, max: 500 }),
        integer({ min: 1, max: 100_000 }),
        nat(DAY),
        (limit, window, at) => {
          let bucket = EMPTY;
          let allowed = 0;
          for (let n = 0; n < limit + 5; n++) {
            const outcome = takeFrom(bucket, { limit, window: window / 7 }, START + at);
            bucket = outcome.bucket;
            if (outcome.retryAfter === undefined) allowed++;
            expect(outcome.retryAfter).not.toBe(0);
          }
          expect(allowed).toBe(limit);
        },
      ),
    );
  });

  test("stays as it is when an attempt is refused", () => {
    const full = takeFrom(EMPTY, { limit: 1, window: 60 }, START).bucket;
    expect(takeFrom(full, { limit: 1, window: 60 }, START + 1).bucket).toBe(full);
  });

  test("has room again for what is given back, and never for more than its limit", () => {
    const limit = { limit: 2, window: 60 };
    const one = takeFrom(EMPTY, limit, START).bucket;
    const two = takeFrom(one, limit, START + 7).bucket;
    expect(giveBackTo(two, limit, START + 9).bucket).toEqual(one);
    const none = giveBackTo(one, limit, START + 9).bucket;
    expect(giveBackTo(none, limit, START + 9).bucket).toBe(none);
    expect(giveBackTo(EMPTY, limit, START).bucket).toBe(EMPTY);
    let bucket = none;
    for (let n = 0; n < 2; n++) bucket = takeFrom(bucket, limit, START + 9).bucket;
    expect(takeFrom(bucket, limit, START + 9).retryAfter).toBe(30);
  });

  test("of which all that was taken is given back has forgotten the longer pauses too", () => {
    const limit = { limit: 2, window: 60 };
    const times = 9;
    const { bucket, at } = guess(limit, times).at(-1)!;
    let given = bucket;
    for (let n = 0; n < times; n++) given = giveBackTo(given, limit, START + at).bucket;
    expect(given.attempts).toBe(0);
    expect(given.emptyAt).toBeLessThanOrEqual(START + at);
  });
});

/** The same bucket, as the list of what is in it: every attempt is as large as the pause that it causes, and the first leaks out first. */
class Model {
  readonly #limit: Limit;
  #attempts = 0;
  #drops: number[] = [];
  #idle = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  get #first(): number {
    return (this.#limit.window * SECOND) / this.#limit.limit;
  }

  get #content(): number {
    return this.#drops.reduce((sum, drop) => sum + drop, 0);
  }

  /** The pause that attempt `n` causes, counted from 1. */
  #pause(n: number): number {
    const { limit } = this.#limit;
    let pause = this.#first;
    for (let full = 2 * limit; full <= n && pause < DAY; full += limit) pause *= 2;
    return Math.min(pause, Math.max(DAY, this.#first));
  }

  pass(milliseconds: number): void {
    let rest = milliseconds;
    while (rest > 0 && this.#drops.length > 0) {
      const leaked = Math.min(rest, this.#drops[0]!);
      rest -= leaked;
      this.#drops[0]! -= leaked;
      if (this.#drops[0] === 0) this.#drops.shift();
    }
    this.#idle += rest;
    if (this.#idle >= MEMORY) this.#attempts = 0;
  }

  take(): number | undefined {
    const excess = this.#content - (this.#limit.limit - 1) * this.#first;
    if (excess > 0) return Math.ceil(excess / SECOND);
    this.#attempts++;
    this.#drops.push(this.#pause(this.#attempts));
    this.#idle = 0;
    return undefined;
  }

  giveBack(): undefined {
    if (this.#attempts === 0) return;
    const left = this.#content - this.#pause(this.#attempts);
    this.#drops = left > 0 ? [left] : [];
    this.#attempts--;
    this.#idle = 0;
  }
}

/** A bucket as it is kept: nothing is there from the moment that it is forgotten. */
class Kept {
  now = START;
  readonly #limit: Limit;
  #bucket = EMPTY;
  #until = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  do(step: typeof takeFrom): number | undefined {
    const before = this.now < this.#until ? this.#bucket : EMPTY;
    const { bucket, retryAfter } = step(before, this.#limit, this.now);
    if (bucket !== before) [this.#bucket, this.#until] = [bucket, forgottenAt(bucket, this.now)];
    return retryAfter;
  }
}

const limits = record({ limit: integer({ min: 1, max: 5 }), seconds: integer({ min: 1, max: 40_000 }) }).map(
  ({ limit, seconds }): Limit => ({ limit, window: limit * seconds }),
);
const moments = oneof(
  nat(5 * SECOND),
  nat(600 * SECOND),
  nat(2 * DAY),
  nat(2 * MEMORY),
  constant("retry" as const),
);

test("a bucket does what its drops say, whatever comes and whenever", () => {
  const step = tuple(oneof(constant("take" as const), constant("give" as const)), moments);
  assert(
    property(limits, array(step, { maxLength: 200, size: "max" }), (limit, steps) => {
      const [model, kept] = [new Model(limit), new Kept(limit)];
      let retryAfter = 0;
      for (const [what, moment] of steps) {
        const passed = moment === "retry" ? retryAfter * SECOND : moment;
        model.pass(passed);
        kept.now += passed;
        const [expected, answer] =
          what === "take" ? [model.take(), kept.do(takeFrom)] : [model.giveBack(), kept.do(giveBackTo)];
        expect(answer).toBe(expected);
        retryAfter = answer ?? 0;
      }
    }),
    { numRuns: 500 },
  );
});

describe("a clock that jumps", () => {
  /** A bucket after so many guesses, and the moment of the last one. */
  const after = (guesses: number, limit = DEFAULT) => {
    const { bucket, at } = guess(limit, guesses).at(-1)!;
    return { bucket, now: START + at };
  };

  /** How many attempts are allowed at one moment. */
  function room(bucket: Bucket, limit: Limit, now: number): number {
    let count = 0;
    for (let { bucket: next, retryAfter } = takeFrom(bucket, limit, now); retryAfter === undefined; count++)
      ({ bucket: next, retryAfter } = takeFrom(next, limit, now));
    return count;
  }

  test("back opens nothing, however far", () => {
    assert(
      property(
        limits,
        integer({ min: 1, max: 40 }),
        nat(3 * DAY),
        nat(10_000 * DAY),
        (limit, guesses, wait, jump) => {
          const { bucket, now } = after(guesses, limit);
          expect(room(bucket, limit, now + wait - jump)).toBeLessThanOrEqual(room(bucket, limit, now + wait));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("back locks nobody out for longer than the pause that is due anyway", () => {
    assert(
      property(limits, integer({ min: 1, max: 40 }), nat(10_000 * DAY), (limit, guesses, jump) => {
        const { bucket, now } = after(guesses, limit);
        const due = takeFrom(bucket, limit, now).retryAfter;
        const back = takeFrom(bucket, limit, now - jump);
        expect(back.retryAfter).toBe(due);
        if (due === undefined) return;
        const opens = now - jump + due * SECOND;
        expect(takeFrom(back.bucket, limit, opens - SECOND).retryAfter).toBe(1);
        expect(takeFrom(back.bucket, limit, opens).retryAfter).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test("back after 3 of 10 attempts leaves room for 7", () => {
    const { bucket, now } = after(3);
    expect(room(bucket, DEFAULT, now - 365 * DAY)).toBe(7);
  });

  test("forth refills, and makes no pause shorter", () => {
    const { bucket, now } = after(30);
    // In 810 seconds, besides one that is always allowed, the room for pauses of 360 is two.
    expect(room(bucket, DEFAULT, now + 20_000 * SECOND)).toBe(3);
    expect(room(EMPTY, DEFAULT, now + 20_000 * SECOND)).toBe(10);
  });
});

describe("with 10 attempts in 900 seconds", () => {
  const guesses = guess(DEFAULT, 500);
  const within = (days: number): number => guesses.filter(({ at }) => at < days * DAY).length;

  test("whoever never stops has 75 guesses on the first day, 129 in a month and 464 in a year", () => {
    expect([1, 30, 365].map(within)).toEqual([75, 129, 464]);
  });

  test("whoever waits each time until all is forgotten has fewer than 1,100 a year", () => {
    const days = guesses.map(({ at, bucket }) => (forgottenAt(bucket, START + at) - START) / DAY);
    const rates = days.map((day, n) => (n + 1) / day);
    const best = Math.max(...rates) * 365;
    expect(best).toBeGreaterThan(1000);
    expect(best).toBeLessThan(1100);
  });
});

test("a steady limit lets the same number through however long somebody tries", () => {
  const steady = { limit: 10, window: 900, steady: true };
  const guesses = guess(steady, 2000);
  expect(guesses.at(-1)!.at - guesses.at(-2)!.at).toBe(90 * SECOND);
});

test.each([
  { limit: 0, window: 60 },
  { limit: -1, window: 60 },
  { limit: 1.5, window: 60 },
  { limit: Number.NaN, window: 60 },
  { limit: Infinity, window: 60 },
  { limit: "10", window: 60 },
  { limit: 10, window: 0 },
  { limit: 10, window: -1 },
  { limit: 10, window: Number.NaN },
  { limit: 10, window: Infinity },
  { limit: 10, window: "60" },
  { limit: 10 },
])("is no limit: %j", async (limit) => {
  expect(await codeOf(() => checkLimit(limit as Limit))).toBe("ERR_SESSION_CONFIG");
});
