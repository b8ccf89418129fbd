import { Pool } from "pg";
import { createClient } from "redis";

// Tasks find the server or the folder of their stage in the environment; whoever has started one itself says where it is.

/** The same connections for every candidate: pg's default number of them, none closed between rounds. */
export function postgresPool(url: string = variable("BENCH_POSTGRES")): Pool {
  const pool = new Pool({ connectionString: url, max: 10, idleTimeoutMillis: 0 });
  pool.on("error", (error) => {
    // A server that is shut down ends the connections that are still closing.
    if (!pool.ending) report(error);
  });
  return pool;
}

export type RedisClient = ReturnType<typeof createRedisClient>;

/** One connection. Nobody's commands have a timer each: it costs as much as the command, and rings in others' rounds. */
export async function redisClient(url: string = variable("BENCH_REDIS")): Promise<RedisClient> {
  const client = createRedisClient(url);
  await client.connect();
  return client;
}

// A function of its own, because its type depends on the options.
function createRedisClient(url: string) {
  const options = { url, commandOptions: { timeout: undefined } as object };
  return createClient(options).on("error", report);
}

/** Where Coatcheck's store keeps a record. */
export function recordKey(id: string): string {
  return `coatcheck:s:${id}`;
}

/** Where the bare client keeps the data of a session, and nothing else of it. */
export function bareKey(id: string): string {
  return `bare:${id}`;
}

/** The database files of two candidates. */
export function sqlitePath(whose: "coatcheck" | "better-auth", folder?: string): string {
  return sqliteFile(whose, folder);
}

/** A database file of the stage. */
export function sqliteFile(name: string, folder: string = variable("BENCH_SQLITE")): string {
  return `${folder}/${name}.db`;
}

function variable(name: "BENCH_POSTGRES" | "BENCH_REDIS" | "BENCH_SQLITE"): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing: the scenario's stage has not been started.`);
  return value;
}

function report(error: unknown): void {
  console.error("bench: a connection failed:", error);
}
