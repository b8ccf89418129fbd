import { createSessions, type DatabaseStore } from "coatcheck";
import { PATIENCE } from "../candidates/settings.ts";
import type { Payload } from "../lib/payloads.ts";
import { inChunks, LIFE_MS, recordOf } from "../lib/rows.ts";
import { scaled } from "../lib/scale.ts";
import { fill } from "../stages/fill.ts";
import { Reads, type Waits } from "./reads.ts";

/** Live sessions, which are read meanwhile. */
const LIVE = 1000;
/** Milliseconds of reading before the sweep, of which the last ones count: as many as it took. */
const ALONE_MS = (): number => scaled(6000, 200);

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
  const reads = new Reads(store, LIVE);
  await reads.lasting(ALONE_MS());
  const first = reads.next;
  let sweeping = true;
  const swept = sessions.sweep().finally(() => (sweeping = false));
  await reads.during(() => sweeping);
  const end = reads.next;
  if ((await swept) !== expired) throw new Error("The sweep has not removed what had expired.");
  const took = reads.took(first, end);
  const alone = await reads.waits(reads.backFrom(first, took), first);
  const beside = await reads.waits(first, end);
  reads.close();
  return { alone, beside };
}
