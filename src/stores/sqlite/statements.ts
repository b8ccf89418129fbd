import type { SqliteDatabase, SqliteStatement } from "./connection.ts";
import { assignments, COLUMN_COUNT, COLUMN_LIST, PARAMETER_LIST } from "./row.ts";

/** Everything that the store says to its database, prepared. Rows are arrays: objects cost a fifth of a lookup more. */
export interface SqliteStatements {
  /** (id) */
  readonly find: SqliteStatement;
  /** (every column) */
  readonly insert: SqliteStatement;
  /** (every column, the expected version, now) */
  readonly update: SqliteStatement;
  /** The same if the user does not change either: twice as fast, because it leaves the index of users alone. */
  readonly updateOfUser: SqliteStatement;
  /** (id) */
  readonly delete: SqliteStatement;
  /** (user id, now) */
  readonly findByUser: SqliteStatement;
  /** (user id, id to keep or null) */
  readonly deleteByUser: SqliteStatement;
  /** (now, limit) */
  readonly deleteExpired: SqliteStatement;
  /** (from this seq on, limit) → seq, id, version */
  readonly changes: SqliteStatement;
  /** () → seq of the last change, null when there was none */
  readonly lastChange: SqliteStatement;
  /** (how many of the oldest to look at, kept at most) */
  readonly trim: SqliteStatement;
}

/** Milliseconds for which a change stays in the log. */
const LOG_KEPT_FOR = 60_000;

export function prepareStatements(database: SqliteDatabase, table: string): SqliteStatements {
  const prepare = (sql: string): SqliteStatement => {
    const statement = database.prepare(sql);
    // The application may have set its connection to answer otherwise.
    statement.setReadBigInts?.(false);
    statement.setReturnArrays?.(true);
    return statement;
  };
  const expected = `id = ?1 AND version = ?${COLUMN_COUNT + 1} AND expires_at > ?${COLUMN_COUNT + 2}`;
  const log = `"${table}_changes"`;
  return {
    find: prepare(`SELECT ${COLUMN_LIST} FROM "${table}" WHERE id = ?`),
    insert: prepare(`INSERT INTO "${table}" (${COLUMN_LIST}) VALUES (${PARAMETER_LIST})`),
    update: prepare(`UPDATE "${table}" SET ${assignments()} WHERE ${expected}`),
    updateOfUser: prepare(
      `UPDATE "${table}" SET ${assignments(["user_id"])} WHERE ${expected} AND user_id IS ?3`,
    ),
    delete: prepare(`DELETE FROM "${table}" WHERE id = ?`),
    findByUser: prepare(
      `SELECT ${COLUMN_LIST} FROM "${table}" WHERE user_id = ? AND expires_at > ? ORDER BY last_seen_at DESC`,
    ),
    deleteByUser: prepare(`DELETE FROM "${table}" WHERE user_id = ? AND id IS NOT ?`),
    deleteExpired: prepare(
      `DELETE FROM "${table}" WHERE rowid IN (SELECT rowid FROM "${table}" WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    ),
    changes: prepare(`SELECT seq, id, version FROM ${log} WHERE seq >= ? ORDER BY seq LIMIT ?`),
    lastChange: prepare(`SELECT max(seq) FROM ${log}`),
    // The last row always stays: by it a reader sees how far the log has come. One bound: of two, SQLite took
    // the wider one for its range, and read the whole log each time (9 µs for each write, which takes 7).
    trim: prepare(
      `DELETE FROM ${log} WHERE seq <= min((SELECT max(seq) FROM ${log}) - 1, (
         SELECT max(seq) FROM (SELECT seq, at FROM ${log} ORDER BY seq LIMIT ?1)
         WHERE at < (SELECT unixepoch('subsec') * 1000 - ${LOG_KEPT_FOR}) OR seq <= (SELECT max(seq) FROM ${log}) - ?2))`,
    ),
  };
}
