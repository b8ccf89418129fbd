import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNode, type TestNode } from "../../support/nodes.ts";
import { startPostgres } from "../../support/postgres.ts";
import { startRedis, type RedisOptions } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import type { NodeConfig } from "../node.ts";
import type { StoreConfig } from "./store-config.ts";

export type StoreKind = StoreConfig["kind"];

/** A database for a test; SQLite is a file and has no server. */
export interface Database {
  readonly config: StoreConfig;
  readonly server: TestServer | undefined;
  stop(): Promise<void>;
}

/** Starts an empty database of a kind. */
export async function startDatabase(kind: StoreKind, redis: RedisOptions = {}): Promise<Database> {
  if (kind === "memory") return { config: { kind }, server: undefined, stop: async () => {} };
  if (kind === "sqlite") {
    const folder = await mkdtemp(join(tmpdir(), "coatcheck-faults-"));
    const stop = () => rm(folder, { recursive: true, force: true });
    return { config: { kind, path: join(folder, "sessions.db") }, server: undefined, stop };
  }
  const server = await (kind === "postgres" ? startPostgres() : startRedis(redis));
  return { config: { kind, url: server.url }, server, stop: () => server.stop() };
}

/** Starts a node of the application over a store. */
export function startApplication(
  store: StoreConfig,
  options: Omit<NodeConfig, "store"> = {},
): Promise<TestNode> {
  const config: NodeConfig = { store, ...options };
  return startNode(new URL("../node.ts", import.meta.url), config);
}

/** Several nodes over one database, as behind a proxy. */
export interface Cluster {
  readonly database: Database;
  readonly nodes: readonly TestNode[];
  stop(): Promise<void>;
}

/** How a cluster is, where it is not the usual one. */
export interface ClusterOptions extends Omit<NodeConfig, "store"> {
  /** @default 4; 1 with the memory store, which nobody can share */
  readonly size?: number;
  readonly redis?: RedisOptions;
}

/** Starts a database and its nodes. */
export async function startCluster(kind: StoreKind, options: ClusterOptions = {}): Promise<Cluster> {
  const { size = kind === "memory" ? 1 : 4, redis, ...rest } = options;
  const database = await startDatabase(kind, redis);
  const nodes = await Promise.all(
    Array.from({ length: size }, () => startApplication(database.config, rest)),
  );
  return {
    database,
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      await database.stop();
    },
  };
}
