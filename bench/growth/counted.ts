import { DatabaseSync } from "node:sqlite";
import type { SessionStore } from "coatcheck";
import { postgresStore, type PostgresPool } from "coatcheck/stores/postgres";
import { sqliteStore, type SqliteDatabase, type SqliteStatement } from "coatcheck/stores/sqlite";
import type { Pool } from "pg";

/** A store that counts what it asks its database for. */
export interface CountedStore {
  readonly store: Required<SessionStore> & { migrate(): Promise<void> };
  /** Statements about sessions so far: those that open and close a transaction, or keep the log of changes, are not among them. */
  readonly statements: () => number;
  readonly end: () => Promise<unknown>;
}

const TABLE = '"coatcheck_sessions"';

/** Over SQLite, in a file. */
export function countedSqlite(path: string): CountedStore {
  const inner = new DatabaseSync(path);
  let count = 0;
  const counted = (statement: SqliteStatement): SqliteStatement => ({
    get: (...values) => (count++, statement.get(...values)),
    all: (...values) => (count++, statement.all(...values)),
    run: (...values) => (count++, statement.run(...values)),
    setReadBigInts: (enabled) => statement.setReadBigInts?.(enabled),
    setReturnArrays: (enabled) => statement.setReturnArrays?.(enabled),
  });
  const database: SqliteDatabase = {
    get isTransaction() {
      return inner.isTransaction;
    },
    exec: (sql) => inner.exec(sql),
    prepare(sql) {
      const statement = inner.prepare(sql);
      return sql.includes(TABLE) ? counted(statement) : statement;
    },
  };
  const store = sqliteStore({ database });
  return {
    store,
    statements: () => count,
    end: async () => {
      await store.close();
      inner.close();
    },
  };
}

/** Over PostgreSQL. */
export function countedPostgres(inner: Pool): CountedStore {
  let count = 0;
  const pool: PostgresPool = {
    query(query) {
      count++;
      return (inner as PostgresPool).query(query);
    },
    connect: () => (inner as PostgresPool).connect(),
    options: inner.options,
  };
  const store = postgresStore({ pool });
  return { store, statements: () => count, end: () => store.close().then(() => inner.end()) };
}
