import { setImmediate } from "node:timers/promises";
import { createSessions, type DatabaseStore } from "coatcheck";
import type { Payload } from "../lib/payloads.ts";
import { idOf, inChunks, LIFE_MS, recordOf } from "../lib/rows.ts";
import { quantile } from "../lib/statistics.ts";
import { fill } from "../stages/fill.ts";

/** Live sessions, which are read meanwhile. */
const LIVE = 1000;
/** Milliseconds of reading that are measured without a sweep. */
const ALONE_MS = 1000;
/** Seconds: on a busy machine a slow answer must not end the run. */
const PATIENCE = 60;

/** What readers notice, in milliseconds. */
export interface Waits {
  readonly longest: number;
  readonly p99: number;
  /** How long it was measured. */
  readonly took: number;
}

/** Reads one after the other, first alone and then while so many expired sessions are removed. */
export async function sweepBesideReads(
  store: DatabaseStore,
  expired: number,
): Promise<{ readonly alone: Waits; readonly beside: Waits }> {
  const now = Date.now();
  await fill(store, LIVE);
  await inChunks(expired, (chunk) =>
    Promise.all(chunk.map((n) => store.insert(recordOf(LIVE + n, now - 2 * LIFE_MS)))),
  );
  const sessions = createSessions<Payload>({ store, storeTimeout: PATIENCE });
  globalThis.gc!();
  const end = performance.now() + ALONE_MS;
  const alone = await readWhile(store, () => performance.now() < end);
  let sweeping = true;
  const swept = sessions.sweep().finally(() => (sweeping = false));
  const beside = await readWhile(store, () => sweeping);
  if ((await swept) !== expired) throw new Error("The sweep has not removed what had expired.");
  return { alone, beside };
}

/** From one answer to the next: whatever holds up the process or the database is in it. */
async function readWhile(store: DatabaseStore, isGoingOn: () => boolean): Promise<Waits> {
  const waits: number[] = [];
  const start = performance.now();
  let before = start;
  for (let i = 0; isGoingOn(); i++) {
    const found = await store.find(idOf(i % LIVE));
    if (found === undefined) throw new Error("A live session is gone.");
    await setImmediate();
    const after = performance.now();
    waits.push(after - before);
    before = after;
  }
  return {
    longest: waits.reduce((longest, wait) => Math.max(longest, wait), 0),
    p99: quantile(waits, 0.99),
    took: before - start,
  };
}
