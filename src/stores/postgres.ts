import { loadOnce } from "../core/maybe-promise.ts";
import { createBatcher } from "./batch.ts";
import { bigintArray, textArray } from "./postgres/arrays.ts";
import { checkPostgres } from "./postgres/check.ts";
import { checkPostgresOptions, wrong, type PostgresStoreOptions } from "./postgres/options.ts";
import { openPool, sqlState, statementRunner, type PostgresPool } from "./postgres/pool.ts";
import { columnsOf, fromRow, integer, toRow, userIdText } from "./postgres/record.ts";
import { migratePostgres } from "./postgres/schema.ts";
import { NOTIFICATION_IDS, postgresStatements } from "./postgres/statements.ts";
import { postgresTable } from "./postgres/table.ts";
import { postgresChannel } from "./postgres/watch.ts";
import type { DatabaseStore, SessionRecord, StoreChange, StoreWatch } from "./store.ts";

export type { PostgresStoreOptions, PostgresStoreSettings } from "./postgres/options.ts";
export type {
  PostgresClient,
  PostgresNotification,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
} from "./postgres/pool.ts";

/**
 * Sessions in a PostgreSQL database (13 or later), through the package `pg`. Lookups of one tick of the event
 * loop travel as one query, and writes share one commit; a change is heard of by every node that watches,
 * once it is committed.
 *
 * @returns a whole store; call its `migrate()` once when the application starts.
 * @throws SessionError `ERR_SESSION_CONFIG` when an option cannot work.
 */
export function postgresStore(options: PostgresStoreOptions): DatabaseStore {
  checkPostgresOptions(options);
  const { prepare = true, notify = true, now = Date.now } = options;
  const table = postgresTable(options.table ?? "coatcheck_sessions");
  const statements = postgresStatements(table, notify);
  const { pool, end } = poolOf(options);
  const run = statementRunner(pool, prepare);
  const channel = postgresChannel(pool, table.name);

  const find = createBatcher<string, SessionRecord | undefined>({
    maxItems: 32,
    maxRunning: 4,
    share: true,
    keyOf: (id) => id,
    isItemFault,
    async run(ids) {
      const rows = await (ids.length === 1
        ? run(statements.findOne, [ids[0]])
        : run(statements.findMany, [textArray(ids)]));
      const moment = now();
      const records = rows.map(fromRow).filter(({ expiresAt }) => expiresAt > moment);
      const found = new Map(records.map((record) => [record.id, record]));
      return ids.map((id) => found.get(id));
    },
  });

  /** Has writes of one kind share a statement. @param write - Answers a row for every item that it has changed. */
  function writer<Item extends { readonly row: unknown[] }>(
    write: (items: readonly Item[]) => Promise<unknown[][]>,
  ): (item: Item) => Promise<boolean> {
    return createBatcher<Item, boolean>({
      maxItems: NOTIFICATION_IDS,
      maxRunning: 2,
      // One is written down here while the other is on disk: an eighth more a second.
      worthSplitting: 32,
      keyOf: ({ row }) => row[0] as string,
      isItemFault,
      async run(items) {
        const rows = await write(items);
        const written = new Set(rows.map(([id]) => id));
        return items.map(({ row }) => written.has(row[0]));
      },
    });
  }

  const insert = writer((items) => run(statements.insert, columnsOf(items.map(({ row }) => row))));
  const update = writer<{ readonly row: unknown[]; readonly expected: number }>((items) => {
    const moment = Math.floor(now());
    const [first] = items;
    if (items.length === 1) return run(statements.updateOne, [...first!.row, first!.expected, moment]);
    const rows = items.map(({ row }) => row);
    const expected = bigintArray(items.map((item) => item.expected));
    return run(statements.updateMany, [...columnsOf(rows), expected, moment]);
  });
  const remove = writer(async (items) => {
    const ids = items.map(({ row }) => row[0] as string);
    await run(statements.delete, [ids.length === 1 ? ids : textArray(ids)]);
    return [];
  });

  async function count(statement: string, values: unknown[]): Promise<number> {
    const [row] = await run(statement, values);
    return row![0] as number;
  }

  async function watch(listener: (change: StoreChange) => void): Promise<StoreWatch> {
    if (!notify) wrong("cannot be watched with notify: false");
    if ((await pool()).options?.max === 1)
      wrong("needs a pool of two connections to be watched: one listens");
    return channel.watch(listener);
  }

  return {
    find,

    async insert(record) {
      if (!(await insert({ row: toRow(record) }))) throw new Error("A session with this id is kept already.");
    },

    async update(record, expectedVersion) {
      return update({ row: toRow(record), expected: integer(expectedVersion) });
    },

    async delete(id) {
      await remove({ row: [id] });
    },

    async findByUser(userId) {
      const rows = await run(statements.findByUser, [userIdText(userId), Math.floor(now())]);
      return rows.map(fromRow);
    },

    async deleteByUser(userId, exceptId) {
      let removed = 0;
      // A statement does not see what was inserted after it began, but a record that it removes as it was
      // updated since then: one whose token was replaced names its successor, and if that was not seen, the
      // next statement sees it.
      for (let unseen = 1; unseen > 0;) {
        const [row] = await run(statements.deleteByUser, [userIdText(userId), exceptId ?? null]);
        removed += row![0] as number;
        unseen = row![1] as number;
      }
      return removed;
    },

    deletesAtOnce: true,

    async deleteExpired(limit) {
      return count(statements.deleteExpired, [Math.floor(now()), limit]);
    },

    watch,

    migrate: async () => migratePostgres(await pool(), table),
    check: () => checkPostgres(pool, table, { now, watch: notify ? watch : undefined }),

    async close() {
      channel.close();
      await end();
    },
  };
}

/**
 * Whether PostgreSQL objects to a value (class 22: data exceptions, as for a NUL character, or a binary value that a
 * client has sent as text).
 */
function isItemFault(error: unknown): boolean {
  return sqlState(error)?.startsWith("22") === true;
}

interface PoolSource {
  readonly pool: () => Promise<PostgresPool>;
  readonly end: () => Promise<void>;
}

/** The application's pool, or one of the store's own that is made when it is needed. */
function poolOf(options: PostgresStoreOptions): PoolSource {
  if ("pool" in options) return { pool: async () => options.pool, end: async () => {} };
  const { url } = options;
  let opened: Awaited<ReturnType<typeof openPool>> | undefined;
  let isClosed = false;
  const open = loadOnce(async () => (opened = await openPool(url)));
  return {
    async pool() {
      const pool = await open();
      // Also if it was closed while the pool was being made: one that is never asked has no connections.
      if (isClosed) throw new Error("The session store was closed.");
      return pool;
    },
    async end() {
      if (isClosed) return;
      isClosed = true;
      await opened?.end();
    },
  };
}
