import { COLUMNS } from "./record.ts";
import type { PostgresTable } from "./table.ts";

/** Most ids of one notification: with 43 characters each and their versions they fit into its 8000 bytes. */
export const NOTIFICATION_IDS = 100;

/**
 * The SQL of the store. Rows are locked in the order of their ids, so that no two nodes wait for each other:
 * a deadlock lasts longer than anybody waits for a store. Whatever a join's plan may be,
 * `ORDER BY … FOR UPDATE` keeps that order.
 */
export interface PostgresStatements {
  /** $1 id */
  readonly findOne: string;
  /** $1 ids */
  readonly findMany: string;
  /** $1 user id, $2 now */
  readonly findByUser: string;
  /** Arrays of the columns. Answers the ids that were free. */
  readonly insert: string;
  /** The columns, then the expected version, then now. Answers the id if it was updated. */
  readonly updateOne: string;
  /** Arrays of the columns, then of the expected versions, then now. Answers the ids that were updated. */
  readonly updateMany: string;
  /** $1 ids. Answers how many were deleted, as do the next. */
  readonly delete: string;
  /** $1 user id, $2 id to keep or null. Answers also how many of them name a successor that was not among them. */
  readonly deleteByUser: string;
  /** $1 now, $2 limit */
  readonly deleteExpired: string;
}

/** @param notify - Whether writes tell watchers, in the same transaction. */
export function postgresStatements(table: PostgresTable, notify: boolean): PostgresStatements {
  const t = table.quoted;
  const names = COLUMNS.map(([name]) => name).join(", ");
  const arrays = COLUMNS.map(([, type], n) => `$${n + 1}::${type}[]`).join(", ");
  const [expected, now] = [COLUMNS.length + 1, COLUMNS.length + 2];
  const updated = COLUMNS.map(([name, type], n) => ({ name, type, parameter: n + 1 })).filter(
    ({ name }) => name !== "id",
  );
  /**
   * Tells of what the WITH query `changed` has changed; a function in a query that nobody reads would not be
   * called.
   */
  const tellChanged = notify
    ? `, told AS (
      SELECT pg_notify('${table.name}', json_build_object('updated', json_agg(json_build_array(id, version)))::text)
      FROM changed HAVING count(*) > 0
    ) SELECT id, (SELECT count(*) FROM told) FROM changed`
    : "SELECT id FROM changed";

  /**
   * Deletes the ids that a query selects and locks.
   *
   * @param also - What to answer of those that are `gone`, besides their number.
   */
  const remove = (selection: string, also = ""): string => `
    WITH chosen AS MATERIALIZED (${selection})
    , gone AS (DELETE FROM ${t} AS t USING chosen WHERE t.id = chosen.id RETURNING t.id, t.successor)
    ${
      notify
        ? `, numbered AS (SELECT id, (row_number() OVER () - 1) / ${NOTIFICATION_IDS} AS part FROM gone)
    , told AS (
      SELECT pg_notify('${table.name}', json_build_object('deleted', json_agg(id))::text)
      FROM numbered GROUP BY part
    ) SELECT (SELECT count(*) FROM gone)${also}, (SELECT count(*) FROM told)`
        : `SELECT (SELECT count(*) FROM gone)${also}`
    }`;

  return {
    findOne: `SELECT ${names} FROM ${t} WHERE id = $1`,
    findMany: `SELECT ${names} FROM ${t} WHERE id = ANY($1::text[])`,
    findByUser: `SELECT ${names} FROM ${t} WHERE user_id = $1 AND expires_at > $2::bigint ORDER BY last_seen_at DESC, id`,
    insert: `INSERT INTO ${t} (${names}) SELECT * FROM unnest(${arrays}) ON CONFLICT (id) DO NOTHING RETURNING id`,
    updateOne: `
    WITH changed AS (
      UPDATE ${t} SET ${updated.map(({ name, parameter }) => `${name} = $${parameter}`).join(", ")}
      WHERE id = $1 AND version = $${expected} AND expires_at > $${now}
      RETURNING id, version
    ) ${tellChanged}`,
    // Of the columns only what is needed to lock: unnest(...) of all of them keeps each in a place of its own first.
    // A locked row stays in its place; one that was changed since this statement began is not seen there.
    // Of a table in partitions several rows can have one place.
    updateMany: `
    WITH locked AS MATERIALIZED (
      SELECT t.id, t.ctid AS place, i.n FROM unnest($1::text[]) WITH ORDINALITY AS i(id, n)
      JOIN ${t} AS t ON t.id = i.id ORDER BY t.id FOR UPDATE OF t
    )
    , changed AS (
      UPDATE ${t} AS t SET ${updated.map(({ name, type, parameter }) => `${name} = ($${parameter}::${type}[])[i.n]`).join(", ")}
      FROM locked AS i
      WHERE t.ctid = i.place AND t.id = i.id AND t.version = ($${expected}::bigint[])[i.n] AND t.expires_at > $${now}::bigint
      RETURNING t.id, t.version
    ) ${tellChanged}`,
    delete: remove(`SELECT id FROM ${t} WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`),
    deleteByUser: remove(
      `SELECT id FROM ${t} WHERE user_id = $1 AND ($2::text IS NULL OR id <> $2) ORDER BY id FOR UPDATE`,
      ", (SELECT count(*) FROM gone WHERE successor <> coalesce($2, '') AND successor NOT IN (SELECT id FROM gone))",
    ),
    // What another node is sweeping is left to it. Without an order, so that the index gives as many as are asked for.
    deleteExpired: remove(
      `SELECT id FROM ${t} WHERE expires_hour <= $1::bigint / 3600000 AND expires_at <= $1::bigint LIMIT $2 FOR UPDATE SKIP LOCKED`,
    ),
  };
}
