import {
  arrayReaders,
  bareReaders,
  bareWriters,
  BARE,
  BARE_WRITE,
  redisDataAlone,
  redisSetAlone,
} from "../candidates/stored/bare.ts";
import { betterAuthReader } from "../candidates/stored/better-auth.ts";
import { coatcheckReaders, coatcheckWriter } from "../candidates/stored/coatcheck.ts";
import { bareExpress, connectPostgres, connectRedis } from "../candidates/stored/express.ts";
import type { StoreName } from "../candidates/stored/open.ts";
import type { Reader, Writer } from "../candidates/stored/reader.ts";
import { userOf } from "../lib/payloads.ts";
import { rowCount } from "../lib/rows.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Stage } from "../lib/stage.ts";
import type { Task } from "../lib/task.ts";
import { memory } from "../stages/memory.ts";
import { postgres } from "../stages/postgres.ts";
import { redisReads, redisWrites } from "../stages/redis.ts";
import { sqlite } from "../stages/sqlite.ts";
import { claimsOf, writeClaimsOf } from "./stored-claims.ts";

/** How many reads or writes are under way at once: a lone visitor, a busy server, a rush. */
const CONCURRENT = [1, 16, 64] as const;

/** Most writers of a scenario. */
const SIDE_BY_SIDE = 3;
/** Writers of all scenarios of a store; each has rows of its own. */
const WRITERS = SIDE_BY_SIDE * CONCURRENT.length;
/** Rows of a writer, at most: with more, a table's pages are what is written. */
const WRITTEN_ROWS = 2000;

interface Group {
  readonly name: StoreName;
  readonly title: string;
  readonly stage: Stage;
  /** Where it is written to; `undefined` where nothing lasts. */
  readonly writes?: Stage;
  /** Who writes, beside the bare client's swap and Coatcheck. */
  readonly otherWriters?: readonly Writer[];
  readonly readers: readonly Reader[];
}

const groups: readonly Group[] = [
  {
    name: "memory",
    title: "the memory store",
    stage: memory,
    readers: [bareReaders.memory, ...coatcheckReaders("memory")],
  },
  {
    name: "sqlite",
    title: "SQLite",
    stage: sqlite,
    writes: sqlite,
    readers: [
      bareReaders.sqlite,
      arrayReaders.sqlite,
      ...coatcheckReaders("sqlite"),
      betterAuthReader("sqlite", "as it comes"),
      betterAuthReader("sqlite", "joins"),
      betterAuthReader("sqlite", "cookie cache"),
    ],
  },
  {
    name: "postgres",
    title: "PostgreSQL",
    stage: postgres,
    writes: postgres,
    readers: [
      bareReaders.postgres,
      arrayReaders.postgres,
      ...coatcheckReaders("postgres"),
      betterAuthReader("postgres", "as it comes"),
      betterAuthReader("postgres", "joins"),
      betterAuthReader("postgres", "cookie cache"),
      connectPostgres(false),
      connectPostgres(true),
      bareExpress,
    ],
  },
  {
    name: "redis",
    title: "Redis",
    stage: redisReads,
    writes: redisWrites,
    otherWriters: [redisSetAlone],
    readers: [
      bareReaders.redis,
      redisDataAlone,
      ...coatcheckReaders("redis"),
      connectRedis(false),
      connectRedis(true),
      bareExpress,
    ],
  },
];

/** Reading and writing stored sessions, store by store, so that each is started and filled once. */
export const storedSessions: readonly Scenario[] = groups.flatMap((group) => [
  ...CONCURRENT.map((inFlight) => reads(group, inFlight)),
  ...writes(group),
]);

function reads({ name, stage, title, readers }: Group, inFlight: number): Scenario {
  return {
    name: `stored read ${name} ${inFlight}`,
    table: `stored read ${name}`,
    title: `Reads of stored sessions, ${title}`,
    stage,
    base: BARE,
    tasks: readers.map((reader) => readTask(reader, inFlight)),
    claims: claimsOf(name, inFlight),
  };
}

function writes({ name, writes: stage, title, otherWriters = [] }: Group): Scenario[] {
  if (name === "memory" || stage === undefined) return [];
  return CONCURRENT.map((inFlight, n) => ({
    name: `stored write ${name} ${inFlight}`,
    table: `stored write ${name}`,
    title: `Durable writes of stored sessions, ${title}`,
    stage,
    base: BARE_WRITE,
    tasks: [bareWriters[name], coatcheckWriter(name), ...otherWriters].map((writer, at) =>
      writeTask(writer, inFlight, SIDE_BY_SIDE * n + at),
    ),
    claims: writeClaimsOf(name, inFlight),
  }));
}

function readTask({ name, prepare }: Reader, inFlight: number): Task {
  return {
    name,
    inFlight,
    async prepare() {
      const { rows, read, end } = await prepare();
      const count = rows.length;
      return {
        run: (i) => read(i % count),
        isRight: (answer, i) => answer === userOf(rows[i % count]!),
        end,
      };
    },
  };
}

/** @param writerNumber - Tells whose rows they are. */
function writeTask({ name, prepare }: Writer, inFlight: number, writerNumber: number): Task {
  return {
    name,
    inFlight,
    async prepare() {
      const share = Math.floor(rowCount() / WRITERS);
      const count = Math.min(share, WRITTEN_ROWS);
      const { write, end } = await prepare(Array.from({ length: count }, (_, n) => writerNumber * share + n));
      return { run: (i) => write(i % count), isRight: (answer) => answer === true, end };
    },
  };
}
