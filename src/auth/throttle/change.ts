import { backOff } from "../../writing/contention.ts";
import { SessionError } from "../../core/errors.ts";
import type { SessionRecord, SessionStore } from "../../stores/store.ts";
import { EMPTY, forgottenAt, MEMORY, type Bucket, type Outcome } from "./bucket.ts";

/** What is done to a bucket at a moment. */
export type Step = (bucket: Bucket, now: number) => Outcome;

/** Losses to other processes, each of which has taken an attempt meanwhile. */
const MAX_TRIES = 100;
/** Refusals of a new record: one for whoever was faster, and some while others are sweeping. */
const MAX_REFUSALS = 20;
const SWEEP_BATCH = 1000;
const MAX_BATCHES = 100;

/**
 * Does some steps, one after the other, to the bucket that a record of the store holds, by compare-and-swap.
 * Steps that change nothing cost one lookup.
 *
 * @returns each step's `retryAfter`.
 * @throws SessionError `ERR_SESSION_CONFLICT` when others were always faster; and whatever the store rejects with.
 */
export async function changeBucket(
  store: SessionStore,
  id: string,
  now: () => number,
  steps: readonly Step[],
): Promise<Outcome["retryAfter"][]> {
  let refusals = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const record = await store.find(id);
    const moment = Math.floor(now());
    const before = record === undefined ? EMPTY : (JSON.parse(record.data) as Bucket);
    let bucket = before;
    const answers = steps.map((step) => {
      const outcome = step(bucket, moment);
      bucket = outcome.bucket;
      return outcome.retryAfter;
    });
    if (bucket === before) return answers;

    if (record !== undefined) {
      if (await store.update(nextRecord(record, bucket, moment), record.version)) return answers;
    } else {
      try {
        await store.insert(firstRecord(id, bucket, moment));
        return answers;
      } catch (error) {
        if (++refusals > MAX_REFUSALS) throw error;
        // Another process has inserted it, or an expired one has the id until it is swept.
        if ((await store.find(id)) === undefined) await sweep(store, id);
      }
    }
    await backOff(tries);
  }
  throw new SessionError(
    "ERR_SESSION_CONFLICT",
    `Other processes changed a count of attempts ${MAX_TRIES} times while this attempt was counted; it is not allowed.`,
  );
}

/**
 * Frees an id that an expired record has. To delete it by its id could remove the one that another process
 * puts in its place at this moment, and with it attempts that were allowed; what has expired is all that a
 * sweep removes.
 */
async function sweep(store: SessionStore, id: string): Promise<void> {
  if (store.deleteExpired === undefined) return store.delete(id);
  for (let batch = 0; batch < MAX_BATCHES; batch++)
    if ((await store.deleteExpired(SWEEP_BATCH)) < SWEEP_BATCH) return;
}

/**
 * Versions begin anywhere: a bucket that was cleared and begun anew must not be taken for the one before by
 * whoever has read that, and writes now.
 */
function firstRecord(id: string, bucket: Bucket, now: number): SessionRecord {
  const version = 1 + globalThis.crypto.getRandomValues(new Uint32Array(1))[0]!;
  const start = { id, version, userId: undefined, createdAt: now, authenticatedAt: undefined };
  return {
    ...start,
    idleTimeout: MEMORY / 1000,
    schemaVersion: 1,
    flash: undefined,
    ...written(bucket, now),
  };
}

function nextRecord(record: SessionRecord, bucket: Bucket, now: number): SessionRecord {
  return { ...record, version: record.version + 1, ...written(bucket, now) };
}

function written(
  bucket: Bucket,
  now: number,
): Pick<SessionRecord, "lastSeenAt" | "absoluteExpiresAt" | "expiresAt" | "data"> {
  const expiresAt = forgottenAt(bucket, now);
  return { lastSeenAt: now, absoluteExpiresAt: expiresAt, expiresAt, data: JSON.stringify(bucket) };
}
