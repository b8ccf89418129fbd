import { SessionError } from "../../core/errors.ts";
import type { SqliteDatabase } from "./connection.ts";

/** The version of the schema that this code reads and writes. */
export const SCHEMA_VERSION = 2;

/** The moment of a write, in milliseconds, by the clock of the machine: the log is for processes, not for sessions. */
const AT = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/**
 * The steps that lead from one version of the schema to the next, from none to {@link SCHEMA_VERSION}.
 *
 * @param table - A name that {@link checkTableName} let through.
 */
export function schemaSteps(table: string): readonly string[] {
  return [
    // With a rowid: without one, writes take twice as long as soon as the table is larger than the cache.
    `CREATE TABLE "${table}" (
  id TEXT PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL,
  user_id TEXT,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  authenticated_at INTEGER,
  idle_timeout INTEGER NOT NULL,
  absolute_expires_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  schema_version INTEGER NOT NULL,
  data TEXT NOT NULL,
  flash TEXT,
  device TEXT,
  successor TEXT
);
CREATE INDEX "${table}_user" ON "${table}" (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX "${table}_expiry" ON "${table}" (expires_at);
CREATE TABLE "${table}_changes" (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  version INTEGER,
  at INTEGER NOT NULL
);
CREATE TRIGGER "${table}_updated" AFTER UPDATE ON "${table}" BEGIN
  INSERT INTO "${table}_changes" (id, version, at) VALUES (new.id, new.version, ${AT});
END;
CREATE TRIGGER "${table}_deleted" AFTER DELETE ON "${table}" BEGIN
  INSERT INTO "${table}_changes" (id, version, at) VALUES (old.id, NULL, ${AT});
END;`,
    `ALTER TABLE "${table}" ADD COLUMN authentication TEXT;`,
  ];
}

/** Creates the table that says which version of the schema a database has. */
export function versionTable(table: string): string {
  return `CREATE TABLE IF NOT EXISTS "${table}_version" (version INTEGER NOT NULL);`;
}

/**
 * A table's name goes into SQL as it is, so it has to be an identifier.
 *
 * @throws SessionError `ERR_SESSION_CONFIG` when it is none.
 */
export function checkTableName(table: string): void {
  if (/^[a-z_][a-z0-9_]{0,47}$/i.test(table) && !/^sqlite_/i.test(table)) return;
  throw new SessionError(
    "ERR_SESSION_CONFIG",
    "sqliteStore: `table` must be 1 to 48 letters, digits and underscores, begin with a letter or an underscore, and not with sqlite_.",
  );
}

/** @returns the version of the schema that is there, 0 when there is none. */
export function schemaVersionOf(database: SqliteDatabase, table: string): number {
  const name = `${table}_version`;
  const known = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE")
    .get(name);
  if (known === undefined) return 0;
  const statement = database.prepare(`SELECT version FROM "${name}"`);
  statement.setReadBigInts?.(false);
  const row = statement.get();
  return row === undefined ? 0 : Number(Object.values(row as object)[0]);
}

/** @throws SessionError `ERR_SESSION_CONFIG` when the schema is newer than this code. */
export function refuseNewer(version: number, table: string): void {
  if (version <= SCHEMA_VERSION) return;
  throw new SessionError(
    "ERR_SESSION_CONFIG",
    `The table ${table} has schema version ${version}; this coatcheck knows ${SCHEMA_VERSION}. Install the newer coatcheck that migrated it.`,
  );
}

/** The error of a store whose tables are not there yet, or not all of them. */
export function notMigrated(table: string): SessionError {
  return new SessionError(
    "ERR_SESSION_CONFIG",
    `The SQLite database has no up-to-date table ${table}: call \`await store.migrate()\` when the application starts.`,
  );
}

/** Brings the schema up to date, inside a transaction that the caller has begun. */
export function migrateSchema(database: SqliteDatabase, table: string): void {
  database.exec(versionTable(table));
  const version = schemaVersionOf(database, table);
  refuseNewer(version, table);
  if (version === SCHEMA_VERSION) return;
  for (const step of schemaSteps(table).slice(version)) database.exec(step);
  database.exec(`DELETE FROM "${table}_version"`);
  database.exec(`INSERT INTO "${table}_version" (version) VALUES (${SCHEMA_VERSION})`);
}
