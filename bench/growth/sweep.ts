import { createSessions, type DatabaseStore } from "coatcheck";
import { PATIENCE } from "../candidates/settings.ts";
import type { Payload } from "../lib/payloads.ts";
import { inChunks, LIFE_MS, recordOf } from "../lib/rows.ts";
import { scaled } from "../lib/scale.ts";
import { fill } from "../stages/fill.ts";
import { Reads, type Waits } from "./reads.ts";

/** Live sessions, which are read meanwhile. */
const LIVE = 1000;
/** Milliseconds of reading before the sweep: somewhat longer than that takes. */
const ALONE_MS = (): number => scaled(4000, 100);

/** Reads one after the other, first alone and then while so many expired sessions are removed; of the first, the last ones count, as long as that took. */
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
  const reads = new Reads(store, LIVE);
  await reads.lasting(ALONE_MS());
  // Now, for no collection to fall among the reads that count.
  globalThis.gc!();
  await reads.lasting(ALONE_MS());
  const alone = reads.count;
  globalThis.gc!();
  await reads.lasting(0);
  const first = reads.count;
  let sweeping = true;
  const swept = sessions.sweep().finally(() => (sweeping = false));
  await reads.during(() => sweeping);
  if ((await swept) !== expired) throw new Error("The sweep has not removed what had expired.");
  const beside = reads.waits(first, reads.count);
  return { alone: reads.waitsBefore(alone, beside.took), beside };
}
