import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../test/support/postgres.ts";
import type { Waits } from "../growth/reads.ts";
import { medianColumn, spreadColumn } from "../lib/columns.ts";
import { Collector } from "../lib/samples.ts";
import { scaled } from "../lib/scale.ts";
import type { Studied, Study, StudyOptions } from "../lib/scenario.ts";
import { startWorker } from "../lib/worker.ts";
import { POSTGRES_SETTINGS } from "../stages/postgres.ts";
import { SWEEP } from "./expectations.ts";

const PROGRAM = new URL("../growth/run-sweep.ts", import.meta.url);
const EXPIRED = (): number => scaled(100_000, 2500);
/**
 * So much room for what is new that hardly anything is collected among the reads beside a sweep, and what is, by the
 * thread that reads: with PostgreSQL busy on the same cores V8's other threads let it wait for up to 15 ms.
 */
const COLLECTION = ["--min-semi-space-size=512", "--max-semi-space-size=512", "--single-threaded-gc"];
/** Each round fills a table of its own. */
const MOST_ROUNDS = 9;

const STORES = ["SQLite", "PostgreSQL"];
const alone = (store: string): string => `${store}, reads alone`;
const beside = (store: string): string => `${store}, reads beside the sweep`;
const names = STORES.flatMap((store) => [alone(store), beside(store)]);

/** How long a read has to wait while expired sessions are removed. */
export const sweep: Study = {
  name: "sweep",
  table: "sweep",
  title: "Reads while 100,000 expired sessions are removed",
  base: names[0]!,
  columns: [
    medianColumn("longest"),
    spreadColumn("longest"),
    medianColumn("p99", "p99 of reads, ms"),
    medianColumn("took", "in all, ms"),
  ],
  claims: STORES.map((store) => ({ subject: beside(store), quantity: "longest", atMost: SWEEP })),
  measure,
};

async function measure({ rounds }: StudyOptions): Promise<Studied> {
  const collector = new Collector();
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-bench-"));
  const server = await startPostgres(POSTGRES_SETTINGS);
  const variables = { NODE_ENV: "production", BENCH_SQLITE: folder, BENCH_POSTGRES: server.url };
  try {
    for (let n = 0; n < Math.min(rounds, MOST_ROUNDS); n++)
      for (const store of STORES) {
        const worker = await startWorker<{ alone: Waits; beside: Waits }>(
          PROGRAM,
          [store, `sweep_${n}`, String(EXPIRED())],
          { nodeArgs: ["--expose-gc", ...COLLECTION], variables },
        );
        await worker.stop();
        collector.add(alone(store), { ...worker.ready.alone });
        collector.add(beside(store), { ...worker.ready.beside });
      }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
  return { samples: collector.inOrder(names) };
}
