import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Dialect, Kysely } from "kysely";
import { NodeSqliteDialect } from "./sqlite-dialect.ts";

export type Role = "student" | "professor" | "headmaster";

/** The tables. Text and integers only, so that the same schema fits SQLite and PostgreSQL. */
export interface Tables {
  houses: { id: string; name: string };
  users: {
    id: number;
    username: string;
    name: string;
    role: Role;
    house: string | null;
    password_hash: string;
  };
  students: { id: number; name: string; house: string; year: number };
}

export type Database = Kysely<Tables>;

/** Where the data is: `DATABASE_URL`, or a file in the application's folder. */
export function databaseUrl(): string {
  const { env } = process;
  return env["DATABASE_URL"] || "file:.data/hogwarts.db";
}

/**
 * Opens a database; creating its tables is `prepare`'s work.
 *
 * @param url `file:path`, `file:///path`, a path, or `:memory:`.
 */
export function openDatabase(url: string): Database {
  return new Kysely({ dialect: dialectFor(url) });
}

/** The one place that knows which databases there are. Its errors leave out the URL, which may hold a password. */
function dialectFor(url: string): Dialect {
  if (/^postgres(ql)?:/i.test(url)) {
    throw new Error(
      "DATABASE_URL names PostgreSQL, which this version does not support yet. Use a file: URL.",
    );
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(url) && !/^file:/i.test(url)) {
    throw new Error("DATABASE_URL has an unknown scheme. Use a file: URL, a path or :memory:.");
  }
  if (url === ":memory:") return new NodeSqliteDialect(url);
  const path = /^file:\/\//i.test(url) ? fileURLToPath(url) : url.replace(/^file:/i, "");
  mkdirSync(dirname(path), { recursive: true });
  return new NodeSqliteDialect(path);
}
