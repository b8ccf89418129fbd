import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { Mark } from "./marks.ts";
import { NodeSqliteDialect } from "./sqlite-dialect.ts";

export type Role = "student" | "professor" | "headmaster";

/** The tables. Text and integers only, so that the same schema fits SQLite and PostgreSQL; moments in ISO 8601, in UTC. */
export interface Tables {
  houses: { id: string; name: string };
  users: {
    id: number;
    /** In lower case, without an `@`. */
    username: string;
    name: string;
    role: Role;
    house: string | null;
    password_hash: string;
    /** In lower case. */
    email: string | null;
    password_changed_at: string | null;
    disabled_at: string | null;
  };
  students: { id: number; name: string; house: string; year: number; mark: Mark | null };
  auth_events: {
    /** Sorts by time. */
    id: string;
    at: string;
    type: string;
    /** Whom it is about; of somebody who is gone it stays. */
    user_id: string | null;
    address: string | null;
    detail: string | null;
  };
}

export type Database = Kysely<Tables>;

/** Where the data is: `DATABASE_URL`, or a file in the application's folder. */
export function databaseUrl(): string {
  const { env } = process;
  return env["DATABASE_URL"] || "file:.data/hogwarts.db";
}

/** Where the data is: a SQLite file, or a pool of connections to PostgreSQL that users and sessions share. */
export type DataSource = { readonly path: string } | { readonly pool: Pool };

/**
 * The one place that knows which databases there are. Its errors leave out the URL, which may hold a password.
 *
 * @param url `postgres://user:password@host:port/database`, `file:path`, `file:///path`, a path, or `:memory:`.
 */
export function openSource(url: string): DataSource {
  if (/^postgres(ql)?:/i.test(url)) return { pool: openPool(url) };
  if (/^[a-z][a-z0-9+.-]+:/i.test(url) && !/^file:/i.test(url)) {
    throw new Error("DATABASE_URL has an unknown scheme. Use a postgres: or file: URL, a path or :memory:.");
  }
  if (url === ":memory:") return { path: url };
  const path = /^file:\/\//i.test(url) ? fileURLToPath(url) : url.replace(/^file:/i, "");
  mkdirSync(dirname(path), { recursive: true });
  return { path };
}

/** Opens the users' database; creating its tables is `prepare`'s work. */
export function openDatabase(source: DataSource): Database {
  const dialect = "pool" in source ? new PostgresDialect(source) : new NodeSqliteDialect(source.path);
  return new Kysely({ dialect });
}

function openPool(url: string): Pool {
  // Asked here, as pg's own error would quote it.
  if (!URL.canParse(url))
    throw new Error("DATABASE_URL cannot be read: postgres://user:password@host/database.");
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: 2000,
    query_timeout: 10_000,
    keepAlive: true,
  });
  // A server that restarts ends idle connections; the pool makes new ones. Unheard, this would end the process.
  pool.on("error", (error) => console.error(`A connection to the database has ended: ${error.message}`));
  return pool;
}
