import { setImmediate } from "node:timers/promises";
import { createSessions, type DatabaseStore } from "coatcheck";
import { PATIENCE } from "../candidates/settings.ts";
import type { Payload } from "../lib/payloads.ts";
import { idOf, inChunks, LIFE_MS, recordOf } from "../lib/rows.ts";
import { scaled } from "../lib/scale.ts";
import { quantile } from "../lib/statistics.ts";
import { fill } from "../stages/fill.ts";

/** Live sessions, which are read meanwhile. */
const LIVE = 1000;
/** Milliseconds of reading before the sweep, of which the last ones count: as many as it took. */
const ALONE_MS = (): number => scaled(6000, 200);

/** What readers notice, in milliseconds. */
export interface Waits {
  readonly longest: number;
  readonly p99: number;
  /** How long it was measured. */
  readonly took: number;
}

/** Reads one after the other, first alone and then while so many expired sessions are removed: both as long as that takes. */
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
  const before = await readFor(store, ALONE_MS());
  let sweeping = true;
  const swept = sessions.sweep().finally(() => (sweeping = false));
  const beside = await readWhile(store, () => sweeping);
  if ((await swept) !== expired) throw new Error("The sweep has not removed what had expired.");
  const took = sum(beside);
  // A sweep that took longer than was read before it: the rest is read after it.
  const rest = await readFor(store, took - sum(before));
  return { alone: waitsOf(last([...before, ...rest], took)), beside: waitsOf(beside) };
}

function readFor(store: DatabaseStore, milliseconds: number): Promise<number[]> {
  const end = performance.now() + milliseconds;
  return readWhile(store, () => performance.now() < end);
}

/** From one answer to the next: whatever holds up the process or the database is in it. */
async function readWhile(store: DatabaseStore, isGoingOn: () => boolean): Promise<number[]> {
  const waits: number[] = [];
  let before = performance.now();
  for (let i = 0; isGoingOn(); i++) {
    const found = await store.find(idOf(i % LIVE));
    if (found === undefined) throw new Error("A live session is gone.");
    await setImmediate();
    const after = performance.now();
    waits.push(after - before);
    before = after;
  }
  return waits;
}

/** As many of the last waits as make up this time. */
function last(waits: readonly number[], milliseconds: number): readonly number[] {
  let from = waits.length;
  for (let total = 0; from > 0 && total < milliseconds;) total += waits[--from]!;
  return waits.slice(from);
}

function waitsOf(waits: readonly number[]): Waits {
  return {
    longest: waits.reduce((longest, wait) => Math.max(longest, wait), 0),
    p99: quantile(waits, 0.99),
    took: sum(waits),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
