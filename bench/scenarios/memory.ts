import { medianColumn, spreadColumn } from "../lib/columns.ts";
import type { Quantity } from "../lib/quantities.ts";
import { Collector } from "../lib/samples.ts";
import { scaled } from "../lib/scale.ts";
import type { Studied, Study, StudyOptions } from "../lib/scenario.ts";
import { startWorker } from "../lib/worker.ts";
import { places } from "../memory/live-sessions.ts";
import { applications } from "../memory/long-run.ts";
import { OPENED } from "../memory/opened-sessions.ts";
import { CACHE_OVERHEAD, HEAP_GROWTH } from "./expectations.ts";

const PROGRAM = new URL("../memory/run-memory.ts", import.meta.url);
/** Nothing else on the machine changes how much memory something takes. */
const MOST_ROUNDS = 3;

const SESSIONS = (): number => scaled(100_000, 2000);
const REQUESTS = (): number => scaled(10_000_000, 5000);

const placeNames = [...Object.keys(places), OPENED];
const applicationNames = Object.keys(applications);

/** What many sessions take in a process's memory. */
export const liveSessions: Study = {
  name: "live sessions",
  table: "live sessions",
  title: "Memory of a live session, 503 B of data, among 100,000",
  base: placeNames[0]!,
  columns: [medianColumn("memory"), medianColumn("beside"), spreadColumn("memory")],
  claims: [{ subject: "cachedStore", quantity: "beside", atMost: CACHE_OVERHEAD }],
  measure: (options) => weighAll("live", placeNames, SESSIONS(), options),
};

/** What many requests leave behind in it. */
export const longRun: Study = {
  name: "heap growth",
  table: "heap growth",
  title: "The heap after 10 million requests",
  base: applicationNames[0]!,
  columns: [medianColumn("growth"), medianColumn("heap")],
  claims: applicationNames.map((subject) => ({ subject, quantity: "growth", atMost: HEAP_GROWTH })),
  measure: (options) => weighAll("long", applicationNames, REQUESTS(), options),
};

async function weighAll(
  what: string,
  names: readonly string[],
  count: number,
  { rounds }: StudyOptions,
): Promise<Studied> {
  const collector = new Collector();
  for (let n = 0; n < Math.min(rounds, MOST_ROUNDS); n++)
    for (const name of names) {
      const options = { nodeArgs: ["--expose-gc"], variables: { NODE_ENV: "production" } };
      const worker = await startWorker<Partial<Record<Quantity, number>>>(
        PROGRAM,
        [what, name, String(count)],
        options,
      );
      collector.add(name, worker.ready);
      await worker.stop();
    }
  return { samples: collector.inOrder(names) };
}
