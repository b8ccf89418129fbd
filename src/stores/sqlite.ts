import { SessionError } from "../core/errors.ts";
import { refuseUnknownOptions } from "../core/option-errors.ts";
import { checkDatabaseOf } from "./sqlite/check.ts";
import {
  checkDatabase,
  SqliteConnection,
  type SqliteDatabase,
  type SqliteStatement,
} from "./sqlite/connection.ts";
import { opener } from "./sqlite/open.ts";
import { recordOf, rowOf, type SqliteValue } from "./sqlite/row.ts";
import { checkTableName, migrateSchema } from "./sqlite/schema.ts";
import { SqliteChanges } from "./sqlite/watch.ts";
import { SqliteWrites } from "./sqlite/writes.ts";
import type { DatabaseStore } from "./store.ts";

export type { SqliteDatabase, SqliteStatement } from "./sqlite/connection.ts";

/** Options of {@link sqliteStore}: a path, or the application's own connection. */
export type SqliteStoreOptions = SqliteStoreSettings &
  (
    | {
        /** The database file; `:memory:` for one that ends with the process. `migrate()` creates file and folder. */
        readonly path: string;
      }
    | {
        /**
         * A connection of `node:sqlite` that the application has opened. Its settings stay as they are; while the
         * application has a transaction open on it, the store waits.
         */
        readonly database: SqliteDatabase;
      }
  );

/** What {@link sqliteStore} takes besides. */
export interface SqliteStoreSettings {
  /** The table; two more are named after it, `…_changes` and `…_version`. @default "coatcheck_sessions" */
  readonly table?: string;
  /** Milliseconds for which to wait, without holding up the process, while another process writes. @default 5000 */
  readonly busyTimeout?: number;
  /** The clock, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/**
 * Milliseconds for which a sweep deletes before others have their turn: a thousand rows at once kept them
 * waiting for 30. The commit of the same rows takes as long again.
 */
const SWEEP_MS = 0.5;
/** Rows with which a sweep begins, before it is known how long they take. */
const FIRST_SWEEP = 16;
/** Steps of a sweep between two checkpoints: about half as many as would make a commit run one. */
const CHECKPOINT_STEPS = 2;

const KNOWN: ReadonlySet<string> = new Set(["path", "database", "table", "busyTimeout", "now"]);

/**
 * Sessions in a SQLite database, through `node:sqlite`. Commits are durable, and the writes of one tick of the event
 * loop share one; several processes of one machine can use the same file, and hear of each other's changes.
 *
 * @returns a whole store; call its `migrate()` once when the application starts.
 * @throws SessionError `ERR_SESSION_CONFIG` when an option cannot work, or the runtime has no `node:sqlite`.
 */
export function sqliteStore(options: SqliteStoreOptions): DatabaseStore {
  const { table = "coatcheck_sessions", busyTimeout = 5000, now = Date.now } = check(options);
  const connection = new SqliteConnection(
    "database" in options
      ? { given: options.database, open: () => undefined, table, busyTimeout }
      : { open: opener(options.path), table, busyTimeout },
  );
  const changes = new SqliteChanges(connection);
  const writes = new SqliteWrites(connection, () => changes.poll());
  /** Of all sweeps. */
  let steps = 0;

  return {
    find: (id) =>
      connection.whenFree(() => {
        const row = connection.statements().find.get(id);
        if (row === undefined) return undefined;
        const record = recordOf(row);
        return record.expiresAt > now() ? record : undefined;
      }),

    async insert(record) {
      const row = rowOf(record);
      await writes.do(({ insert }) => insert.run(...row));
    },

    update(record, expectedVersion) {
      const row = rowOf(record);
      return writes.do(({ update, updateOfUser }) => {
        const values = [...row, expectedVersion, now()];
        return changed(updateOfUser, values) === 1 || changed(update, values) === 1;
      });
    },

    async delete(id) {
      await writes.do((statements) => statements.delete.run(id));
    },

    findByUser: (userId) =>
      connection.whenFree(() => connection.statements().findByUser.all(userId, now()).map(recordOf)),

    deleteByUser: (userId, exceptId) =>
      writes.do(({ deleteByUser }) => changed(deleteByUser, [userId, exceptId ?? null])),

    // Writers of all processes take turns, and each sees what those before it have written.
    deletesAtOnce: true,

    async deleteExpired(limit) {
      let removed = 0;
      let size = FIRST_SWEEP;
      while (removed < limit) {
        const most = Math.min(size, limit - removed);
        const { count, took } = await writes.do(({ deleteExpired }) => {
          const start = performance.now();
          return { count: changed(deleteExpired, [now(), most]), took: performance.now() - start };
        }, removed > 0);
        removed += count;
        if (count < most) break;
        if (++steps % CHECKPOINT_STEPS === 0) await writes.checkpoint();
        size = Math.max(1, Math.min(2 * size, Math.floor((count * SWEEP_MS) / took)));
      }
      return removed;
    },

    watch: (listener) => changes.watch(listener),

    async migrate() {
      // The journal mode stays in the file, and cannot be changed in a transaction.
      if (!("database" in options))
        await connection.whenFree(() => connection.database(true).exec("PRAGMA journal_mode = WAL"));
      await connection.whenFree(() =>
        connection.transaction(() => migrateSchema(connection.database(), table)),
      );
    },

    check: () => connection.whenFree(() => checkDatabaseOf(connection.database(), table)),

    async close() {
      changes.close();
      await writes.end();
      connection.close();
    },
  };
}

function changed(statement: SqliteStatement, values: readonly SqliteValue[]): number {
  return Number(statement.run(...values).changes);
}

function check(options: SqliteStoreOptions): SqliteStoreSettings {
  const fail = (message: string): never => {
    throw new SessionError("ERR_SESSION_CONFIG", `sqliteStore: ${message}`);
  };
  if (typeof options !== "object" || options === null) return fail("pass { path } or { database }.");
  refuseUnknownOptions(options, KNOWN, "sqliteStore");
  if ("path" in options === "database" in options) fail("pass either `path` or `database`.");
  if ("database" in options) checkDatabase(options.database);
  const { table, busyTimeout, now } = options;
  if (table !== undefined) checkTableName(table);
  if (busyTimeout !== undefined && !(busyTimeout >= 0)) fail("`busyTimeout` must be milliseconds.");
  if (now !== undefined && typeof now !== "function") fail("`now` must be a function.");
  return options;
}
