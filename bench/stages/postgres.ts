import { readFileSync } from "node:fs";
import { postgresStore } from "coatcheck/stores/postgres";
import type { Pool } from "pg";
import { startPostgres } from "../../test/support/postgres.ts";
import { expressSession } from "../candidates/stored/express-cookie.ts";
import { inChunks, LIFE_MS, tokenOf } from "../lib/rows.ts";
import type { Stage } from "../lib/stage.ts";
import { insertSessions, insertUsers, migrateBetterAuth, sessionRow, userRow } from "./better-auth-rows.ts";
import { postgresPool } from "./connect.ts";
import { fill } from "./fill.ts";
import { filled } from "./filled.ts";

/** Room for every row in memory, and for the connections of all tasks; commits as durable as they come. */
export const POSTGRES_SETTINGS = { shared_buffers: "256MB", max_connections: 250, max_wal_size: "1GB" };

/** A server of its own with Coatcheck's table, Better Auth's, and connect-pg-simple's. */
export const postgres: Stage = {
  name: "postgres",
  async start(rows) {
    return filled(await startPostgres(POSTGRES_SETTINGS), "BENCH_POSTGRES", async (url) => {
      const pool = postgresPool(url);
      const store = postgresStore({ pool });
      await store.migrate();
      await fill(store, rows);
      await store.close();
      // Both name a table "session".
      await pool.query("CREATE SCHEMA express");
      await fillBetterAuth(pool, rows);
      await fillConnect(pool, rows);
      await pool.query("VACUUM ANALYZE");
      const { rows: answer } = await pool.query<{ server_version: string }>("SHOW server_version");
      await pool.end();
      return `PostgreSQL ${answer[0]!.server_version}`;
    });
  },
};

async function fillBetterAuth(pool: Pool, rows: number): Promise<void> {
  await migrateBetterAuth(pool);
  const now = new Date();
  const placeOf = (n: number) => `$${n}`;
  await inChunks(rows, async (chunk) => {
    const users = chunk.flatMap((row) => userRow(row, now, true));
    await pool.query(insertUsers(chunk.length, placeOf), users);
    const sessions = chunk.flatMap((row) => sessionRow(row, now));
    await pool.query(insertSessions(chunk.length, placeOf), sessions);
  });
}

async function fillConnect(pool: Pool, rows: number): Promise<void> {
  // The schema that the package brings and tells to run.
  const schema = readFileSync(new URL("table.sql", import.meta.resolve("connect-pg-simple")), "utf8");
  await pool.query(schema.replaceAll('"session"', 'express."session"'));
  const expires = new Date(Date.now() + LIFE_MS);
  await inChunks(rows, (chunk) =>
    pool.query(
      'INSERT INTO express."session" (sid, sess, expire) SELECT *, $3::timestamptz FROM unnest($1::text[], $2::json[])',
      [chunk.map(tokenOf), chunk.map((row) => JSON.stringify(expressSession(row))), expires],
    ),
  );
}
