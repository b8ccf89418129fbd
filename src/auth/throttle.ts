import { runtimeCrypto } from "../crypto/runtime.ts";
import type { SessionStore } from "../stores/store.ts";
import { checkLimit, giveBackTo, takeFrom, type Limit, type Outcome } from "./throttle/bucket.ts";
import { changeBucket, type Step } from "./throttle/change.ts";
import { createTurns } from "./throttle/turns.ts";

export type { Limit } from "./throttle/bucket.ts";

/** Whether an attempt is allowed. */
export type Taken =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** Whole seconds until the next one is, at least 1. */
      readonly retryAfter: number;
    };

/** Limits attempts by key, such as an account or an address. See {@link createThrottle}. */
export interface Throttle {
  /**
   * Takes one attempt out of the bucket of a key, if there is one left. A refused attempt changes nothing.
   *
   * @throws SessionError `ERR_SESSION_CONFLICT` when other processes were always faster, `ERR_SESSION_CONFIG`
   *   for no such limit; and what the store rejects with. Whoever gets an error is not allowed to go on.
   */
  take(key: string, limit: Limit): Promise<Taken>;
  /**
   * Gives one attempt back, as it turned out to be none; does nothing where none is known.
   *
   * @param limit - The one that it was taken with.
   * @throws SessionError as {@link Throttle.take}
   */
  giveBack(key: string, limit: Limit): Promise<void>;
  /** Empties the bucket and forgets its attempts; does nothing where none are known. */
  clear(key: string): Promise<void>;
}

/** What no session's id begins with: no token leads to a bucket, and nobody revokes one. */
const PREFIX = "throttle:";

/**
 * Makes a throttle that counts in a store of sessions, for all processes together: a bucket is a record
 * there, whose id is a hash of the key.
 *
 * A bucket of `{ limit: 10, window: 900 }` allows 10 attempts at once and then one every 90 seconds; after
 * every 10 more without a `clear` the pause doubles, up to a day. It is forgotten 30 days after it has leaked
 * empty. Whoever never stops has 75 guesses on the first day, 129 in 30 days and 464 in a year; whoever waits
 * each time until all is forgotten has fewer than 1,100 a year.
 *
 * @param options.store - Should answer in time; through a cache, `clear` on another node counts here as late
 *   as a change may.
 * @param options.now - The clock, in milliseconds since the epoch, of the store too.
 * @see NIST SP 800-63B section 3.2.2
 */
export function createThrottle(options: {
  readonly store: SessionStore;
  readonly now: () => number;
}): Throttle {
  const { store, now } = options;
  const idOf = async (key: string): Promise<string> => PREFIX + (await runtimeCrypto().sha256(key));
  const inTurn = createTurns<Step, Outcome["retryAfter"]>(async (key, steps) =>
    changeBucket(store, await idOf(key), now, steps),
  );

  return {
    async take(key, limit) {
      checkLimit(limit);
      const retryAfter = await inTurn(key, (bucket, moment) => takeFrom(bucket, limit, moment));
      return retryAfter === undefined ? { allowed: true } : { allowed: false, retryAfter };
    },

    async giveBack(key, limit) {
      checkLimit(limit);
      await inTurn(key, (bucket, moment) => giveBackTo(bucket, limit, moment));
    },

    clear: async (key) => store.delete(await idOf(key)),
  };
}
