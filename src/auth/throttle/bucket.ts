import { SessionError } from "../../core/errors.ts";

/** How many attempts are allowed. */
export interface Limit {
  /** Attempts that may be made at once; a whole number from 1. */
  readonly limit: number;
  /** Seconds after which as many may be made again: one more every `window / limit`. */
  readonly window: number;
  /**
   * Whether the pause stays as it is, however many attempts there were.
   * @default false: it doubles after every `limit` of them
   */
  readonly steady?: boolean | undefined;
}

/** What is known of the attempts at one thing. */
export interface Bucket {
  /** Attempts since the bucket was last empty or forgotten. */
  readonly attempts: number;
  /** When it will have leaked empty, in milliseconds since the epoch. */
  readonly emptyAt: number;
}

/** What one attempt, or one that is given back, makes of a bucket: the same one when nothing changes. */
export interface Outcome {
  readonly bucket: Bucket;
  /** Whole seconds until the next attempt is allowed; `undefined` when this one is. */
  readonly retryAfter: number | undefined;
}

/** What nobody has tried. */
export const EMPTY: Bucket = { attempts: 0, emptyAt: 0 };

/** The longest pause between two attempts, in milliseconds. */
const DAY = 86_400_000;
/** How long an empty bucket is remembered: who comes back sooner goes on with the pause where it was. */
export const MEMORY: number = 30 * DAY;

/**
 * Takes an attempt out of a bucket that leaks.
 *
 * `limit` attempts fit, and one leaks out in the pause that it caused: that is `window / limit`, and after
 * every further `limit` attempts twice as long, up to a day. So a bucket is never closed, and opens to ever
 * fewer.
 *
 * @param now - Whole milliseconds since the epoch.
 * @throws SessionError `ERR_SESSION_CONFIG` when the limit is no such.
 * @see the generic cell rate algorithm, ITU-T I.371 annex A
 */
export function takeFrom(bucket: Bucket, limit: Limit, now: number): Outcome {
  const { attempts, emptyAt } = trim(bucket, limit, now);
  const wait = emptyAt - (limit.limit - 1) * pauseAfter(0, limit) - now;
  if (wait > 0)
    return {
      bucket: emptyAt === bucket.emptyAt ? bucket : { attempts, emptyAt },
      retryAfter: Math.ceil(wait / 1000),
    };
  const filled = { attempts: attempts + 1, emptyAt: Math.max(emptyAt, now) + pauseAfter(attempts, limit) };
  return { bucket: filled, retryAfter: undefined };
}

/** Undoes the latest attempt, as far as there is one. See {@link takeFrom}. */
export function giveBackTo(bucket: Bucket, limit: Limit, now: number): Outcome {
  const { attempts, emptyAt } = trim(bucket, limit, now);
  if (attempts === 0) return { bucket, retryAfter: undefined };
  const before = { attempts: attempts - 1, emptyAt: emptyAt - pauseAfter(attempts - 1, limit) };
  return { bucket: before, retryAfter: undefined };
}

/** When a bucket is not worth keeping any more: some time after it has leaked empty. */
export function forgottenAt({ emptyAt }: Bucket, now: number): number {
  return Math.max(emptyAt, now) + MEMORY;
}

/**
 * A bucket cannot be fuller than its attempts make it. Where it seems so the clock was set back: it counts as
 * that full now, which opens nothing, and keeps nobody waiting longer than the pause that is due.
 */
function trim(bucket: Bucket, limit: Limit, now: number): Bucket {
  const { attempts, emptyAt } = bucket;
  const others = (Math.min(attempts, limit.limit) - 1) * pauseAfter(0, limit);
  return { attempts, emptyAt: Math.min(emptyAt, now + others + pauseAfter(attempts - 1, limit)) };
}

/** Milliseconds until the attempt after `attempts` others has leaked out. Whole, so that sums are exact. */
function pauseAfter(attempts: number, { limit, window, steady = false }: Limit): number {
  const first = Math.ceil((window * 1000) / limit);
  if (steady) return first;
  const doublings = Math.max(0, Math.floor((attempts + 1) / limit) - 1);
  return Math.min(first * 2 ** doublings, Math.max(first, DAY));
}

/** @throws SessionError `ERR_SESSION_CONFIG` when it is no limit. */
export function checkLimit({ limit, window }: Limit): void {
  if (Number.isSafeInteger(limit) && limit >= 1 && Number.isFinite(window) && window > 0) return;
  throw new SessionError(
    "ERR_SESSION_CONFIG",
    "A limit must be a whole number of attempts, at least 1, and its window a number of seconds above 0.",
  );
}
