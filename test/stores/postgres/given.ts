import { Pool, type PoolConfig } from "pg";
import { postgresStore, type PostgresPool, type PostgresQuery } from "../../../src/stores/postgres.ts";
import { sqlState } from "../../../src/stores/postgres/pool.ts";
import type { DatabaseStore, SessionRecord } from "../../../src/stores/store.ts";
import { testRecord } from "../../../src/testing/store-contract.ts";

let tables = 0;

/** The name of a table that no other test uses. */
export function freshTable(): string {
  return `sessions_${++tables}`;
}

/** A record that was made now, for stores with the real clock. */
export function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  return testRecord({ createdAt: Date.now(), ...fields });
}

/** Pools and stores of a test file, which end with it. */
export class Given {
  readonly #stores: DatabaseStore[] = [];
  readonly #pools: Pool[] = [];

  pool(url: string, config: PoolConfig = {}): Pool {
    const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 2000, ...config });
    pool.on("error", () => {});
    this.#pools.push(pool);
    return pool;
  }

  store(options: Parameters<typeof postgresStore>[0]): DatabaseStore {
    const store = postgresStore(options);
    this.#stores.push(store);
    return store;
  }

  /** A store with a table of its own. */
  async migrated(options: Parameters<typeof postgresStore>[0]): Promise<DatabaseStore> {
    const store = this.store({ table: freshTable(), ...options });
    await store.migrate();
    return store;
  }

  async end(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    await Promise.all(this.#pools.map((pool) => pool.end()));
  }
}

/** A pool that notes what it is asked and how that fails. */
export interface SpyingPool extends PostgresPool {
  readonly queries: PostgresQuery[];
  readonly errors: unknown[];
}

export function spying(pool: Pool): SpyingPool {
  const queries: PostgresQuery[] = [];
  const errors: unknown[] = [];
  return {
    queries,
    errors,
    query(query) {
      queries.push(query);
      const answer = pool.query<unknown[]>(query);
      answer.catch((error: unknown) => errors.push(sqlState(error)));
      return answer;
    },
    connect: () => pool.connect(),
  };
}
