import { openPostgres, openSqlite, type Opened } from "../candidates/stored/open.ts";
import { userIn } from "../candidates/stored/reader.ts";
import { ALL_SIZES, among, growthSizes, rowsOf, tableOf } from "../growth/sizes.ts";
import { userOf } from "../lib/payloads.ts";
import { idOf, sample } from "../lib/rows.ts";
import { scaled } from "../lib/scale.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Stage } from "../lib/stage.ts";
import type { Task } from "../lib/task.ts";
import { sqliteFile } from "../stages/connect.ts";
import { postgresGrowth, sqliteGrowth } from "../stages/growth.ts";

const LEAST = ALL_SIZES[0]!;

/** So many that every page of the table has its turn. */
const READ = (): number => scaled(100_000, 64);

type OpenSize = (size: number) => Promise<Opened>;

const sqliteOf: OpenSize = (size) => openSqlite(sqliteFile(tableOf(size)));
const postgresOf: OpenSize = (size) => openPostgres({ table: tableOf(size) });

/** The name of a scenario of {@link growth}; the plots follow one reader. */
export function growthName(store: "sqlite" | "postgres", inFlight: number): string {
  return `growth ${store} ${inFlight}`;
}

/** One session, read among more and more. */
export const growth: readonly Scenario[] = [
  scenario("sqlite", "SQLite", 1, sqliteGrowth, sqliteOf),
  scenario("postgres", "PostgreSQL", 1, postgresGrowth, postgresOf),
  scenario("postgres", "PostgreSQL", 64, postgresGrowth, postgresOf),
];

function scenario(
  store: "sqlite" | "postgres",
  title: string,
  inFlight: number,
  stage: Stage,
  open: OpenSize,
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
      isOptional: size === ALL_SIZES.at(-1),
    })),
  };
}

/** By how much an index of so many is deeper than that of the fewest. */
function logarithm(size: number): number {
  return Number((Math.log(size) / Math.log(LEAST)).toFixed(2));
}

function readTask(size: number, inFlight: number, open: OpenSize): Task {
  return {
    name: among(size),
    inFlight,
    async prepare() {
      const { store, end } = await open(size);
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
