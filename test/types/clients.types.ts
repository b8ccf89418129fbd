// The clients that an application has fit what the stores ask for.
import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import { createClient, createCluster, createSentinel } from "redis";
import { postgresStore } from "../../src/stores/postgres.ts";
import { redisStore } from "../../src/stores/redis.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";

postgresStore({ pool: new Pool() });
redisStore({ client: createClient() });
redisStore({ client: createCluster({ rootNodes: [] }) });
redisStore({ client: createSentinel({ name: "primary", sentinelRootNodes: [] }) });
sqliteStore({ database: new DatabaseSync(":memory:") });

// @ts-expect-error -- one of both
postgresStore({});
// @ts-expect-error -- a pool is no client
redisStore({ client: new Pool() });
// @ts-expect-error -- a number is no path
sqliteStore({ path: 7 });
