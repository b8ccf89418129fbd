import type { DatabaseStore, SessionStore } from "coatcheck";
import { memoryStore } from "coatcheck/stores/memory";
import { postgresStore } from "coatcheck/stores/postgres";
import { redisStore } from "coatcheck/stores/redis";
import { sqliteStore } from "coatcheck/stores/sqlite";
import { rowCount } from "../../lib/rows.ts";
import { postgresPool, redisClient, sqlitePath } from "../../stages/connect.ts";
import { fill } from "../../stages/fill.ts";

/** An open store, with what closes it and its connections. */
export interface Opened<Store = SessionStore> {
  readonly store: Store;
  readonly end: () => Promise<unknown>;
}

/** The file of a stage. @param path - @default the one with Coatcheck's rows beside the other candidates' */
export async function openSqlite(path: string = sqlitePath("coatcheck")): Promise<Opened<DatabaseStore>> {
  const store = sqliteStore({ path });
  return { store, end: () => store.close() };
}

/** The server of a stage. @param options.table - @default the store's default */
export async function openPostgres(
  options: { readonly table?: string } = {},
): Promise<Opened<DatabaseStore>> {
  const pool = postgresPool();
  const store = postgresStore({ pool, ...options });
  return { store, end: () => store.close().then(() => pool.end()) };
}

async function openRedis(): Promise<Opened> {
  const client = await redisClient();
  const store = redisStore({ client });
  return { store, end: () => store.close().then(() => client.close()) };
}

/** One of its own, filled: its sessions are in the process. */
async function openMemory(): Promise<Opened> {
  const store = memoryStore();
  await fill(store, rowCount());
  return { store, end: async () => {} };
}

/** Every store with the rows of its stage, by name. */
export const openStore = {
  memory: openMemory,
  sqlite: () => openSqlite(),
  postgres: () => openPostgres(),
  redis: openRedis,
} as const;

export type StoreName = keyof typeof openStore;
