import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSessions, type Sessions } from "coatcheck";
import { startPostgres } from "../../test/support/postgres.ts";
import { PATIENCE } from "../candidates/settings.ts";
import { countedPostgres, countedSqlite, type CountedStore } from "../growth/counted.ts";
import { medianColumn, spreadColumn } from "../lib/columns.ts";
import type { Payload } from "../lib/payloads.ts";
import { inChunks, recordOf } from "../lib/rows.ts";
import { Collector } from "../lib/samples.ts";
import { scaled } from "../lib/scale.ts";
import type { Claim, Studied, Study, StudyOptions } from "../lib/scenario.ts";
import { postgresPool } from "../stages/connect.ts";
import { fill } from "../stages/fill.ts";
import { POSTGRES_SETTINGS } from "../stages/postgres.ts";

const COUNTS = [1, 100, 10_000];
/** Other users' sessions. */
const OTHERS = (): number => scaled(100_000, 200);
/** Each round puts the sessions back that it has revoked. */
const MOST_ROUNDS = 9;

const list = (store: string, count: number): string => nameOf(store, "list", count);
const revoke = (store: string, count: number): string => nameOf(store, "revokeUser", count);

function nameOf(store: string, what: string, count: number): string {
  return `${store}, ${what}, ${count.toLocaleString("en")} ${count === 1 ? "session" : "sessions"}`;
}

const stores: Readonly<Record<string, () => Promise<CountedStore>>> = {
  async SQLite() {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-bench-"));
    const store = countedSqlite(join(folder, "sessions.db"));
    return {
      ...store,
      async end() {
        await store.end();
        rmSync(folder, { recursive: true });
      },
    };
  },
  async PostgreSQL() {
    const server = await startPostgres(POSTGRES_SETTINGS);
    const store = countedPostgres(postgresPool(server.url));
    return {
      ...store,
      async end() {
        await store.end();
        await server.stop();
      },
    };
  },
};

const names = Object.keys(stores).flatMap((store) =>
  COUNTS.flatMap((count) => [list(store, count), revoke(store, count)]),
);

/** One statement lists, and one removes, however many sessions there are. */
const claims = Object.keys(stores).flatMap((store): Claim[] =>
  COUNTS.flatMap((count) => [
    { subject: list(store, count), quantity: "statements", atMost: 1 },
    { subject: revoke(store, count), quantity: "statements", atMost: 1 },
  ]),
);

/** All sessions of a user, listed and revoked. */
export const perUser: Study = {
  name: "sessions of a user",
  table: "sessions of a user",
  title: "The sessions of a user, among 100,000 of others",
  base: names[0]!,
  columns: [medianColumn("took"), spreadColumn("took"), medianColumn("statements")],
  claims,
  measure,
};

async function measure({ rounds }: StudyOptions): Promise<Studied> {
  const collector = new Collector();
  for (const [name, open] of Object.entries(stores)) {
    const counted = await open();
    try {
      await counted.store.migrate();
      await fill(counted.store, OTHERS());
      for (let n = 0; n < Math.min(rounds, MOST_ROUNDS); n++)
        for (const count of COUNTS) await once(name, counted, count, collector);
    } finally {
      await counted.end();
    }
  }
  return { samples: collector.inOrder(names) };
}

async function once(
  name: string,
  { store, statements }: CountedStore,
  count: number,
  collector: Collector,
): Promise<void> {
  const sessions: Sessions<Payload> = createSessions<Payload>({ store, storeTimeout: PATIENCE });
  const userId = `user-of-${count}`;
  const now = Date.now();
  await inChunks(count, (chunk) =>
    Promise.all(chunk.map((n) => store.insert({ ...recordOf(OTHERS() + n, now), userId }))),
  );

  async function timed(subject: string, work: () => Promise<number>): Promise<void> {
    const [start, before] = [performance.now(), statements()];
    const affected = await work();
    const took = performance.now() - start;
    if (affected !== count) throw new Error(`${subject}: ${affected} sessions.`);
    collector.add(subject, { took, statements: statements() - before });
  }

  await timed(list(name, count), async () => (await sessions.list(userId)).length);
  await timed(revoke(name, count), () => sessions.revokeUser(userId));
}
