import type { DatabaseStore } from "coatcheck";
import { postgresStore } from "coatcheck/stores/postgres";
import { sqliteStore } from "coatcheck/stores/sqlite";
import { userIn } from "../candidates/stored/reader.ts";
import { ALL_SIZES, among, growthSizes, rowsOf, tableOf } from "../growth/sizes.ts";
import { userOf } from "../lib/payloads.ts";
import { idOf, sample } from "../lib/rows.ts";
import { scaled } from "../lib/scale.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Stage } from "../lib/stage.ts";
import type { Task } from "../lib/task.ts";
import { postgresPool, sqliteFile } from "../stages/connect.ts";
import { postgresGrowth, sqliteGrowth } from "../stages/growth.ts";

const LEAST = ALL_SIZES[0]!;

/** So many that every page of the table has its turn. */
const READ = (): number => scaled(100_000, 64);

/** An open store, with what closes it. */
interface Opened {
  readonly store: Pick<DatabaseStore, "find">;
  readonly end: () => Promise<unknown>;
}

function openSqlite(size: number): Opened {
  const store = sqliteStore({ path: sqliteFile(tableOf(size)) });
  return { store, end: () => store.close() };
}

function openPostgres(size: number): Opened {
  const pool = postgresPool();
  const store = postgresStore({ pool, table: tableOf(size) });
  return { store, end: () => store.close().then(() => pool.end()) };
}

/** The name of a scenario of {@link growth}; the plots follow one reader. */
export function growthName(store: "sqlite" | "postgres", inFlight: number): string {
  return `growth ${store} ${inFlight}`;
}

/** One session, read among more and more. */
export const growth: readonly Scenario[] = [
  scenario("sqlite", "SQLite", 1, sqliteGrowth, openSqlite),
  scenario("postgres", "PostgreSQL", 1, postgresGrowth, openPostgres),
  scenario("postgres", "PostgreSQL", 64, postgresGrowth, openPostgres),
];

function scenario(
  store: "sqlite" | "postgres",
  title: string,
  inFlight: number,
  stage: Stage,
  open: (size: number) => Opened,
): Scenario {
  return {
    name: growthName(store, inFlight),
    table: `growth ${store}`,
    title: `Read one of many sessions, ${title}`,
    stage,
    base: among(LEAST),
    // Not before it is asked for: how far it goes depends on the run.
    get tasks() {
      return growthSizes().map((size) => readTask(size, inFlight, open));
    },
    claims: ALL_SIZES.slice(1).map((size) => ({
      subject: among(size),
      beside: among(LEAST),
      quantity: "wall",
      atMost: logarithm(size),
    })),
  };
}

/** By how much an index of so many is deeper than that of the fewest. */
function logarithm(size: number): number {
  return Number((Math.log(size) / Math.log(LEAST)).toFixed(2));
}

function readTask(size: number, inFlight: number, open: (size: number) => Opened): Task {
  return {
    name: among(size),
    inFlight,
    async prepare() {
      const { store, end } = open(size);
      const rows = sample(READ(), rowsOf(size));
      const ids = rows.map(idOf);
      return {
        async run(i) {
          const record = await store.find(ids[i % ids.length]!);
          return record && userIn(record.data);
        },
        isRight: (answer, i) => answer === userOf(rows[i % rows.length]!),
        end,
      };
    },
  };
}
