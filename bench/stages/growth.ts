import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgresStore } from "coatcheck/stores/postgres";
import { sqliteStore } from "coatcheck/stores/sqlite";
import { startPostgres } from "../../test/support/postgres.ts";
import { growthSizes, rowsOf, tableOf } from "../growth/sizes.ts";
import type { Stage } from "../lib/stage.ts";
import { postgresPool, sqliteFile } from "./connect.ts";
import { fill } from "./fill.ts";
import { filled } from "./filled.ts";
import { POSTGRES_SETTINGS } from "./postgres.ts";

/** A file for each number of sessions. */
export const sqliteGrowth: Stage = {
  name: "growth sqlite",
  async start() {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-bench-"));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once("exit", remove);
    for (const size of growthSizes()) {
      const store = sqliteStore({ path: sqliteFile(tableOf(size), folder) });
      await store.migrate();
      await fill(store, rowsOf(size));
      await store.close();
    }
    return {
      version: `SQLite ${process.versions.sqlite}`,
      variables: { BENCH_SQLITE: folder },
      pid: undefined,
      async stop() {
        process.off("exit", remove);
        remove();
      },
    };
  },
};

/** A server with a table for each number of sessions. */
export const postgresGrowth: Stage = {
  name: "growth postgres",
  async start() {
    return filled(await startPostgres(POSTGRES_SETTINGS), "BENCH_POSTGRES", async (url) => {
      const pool = postgresPool(url);
      for (const size of growthSizes()) {
        const store = postgresStore({ pool, table: tableOf(size) });
        await store.migrate();
        await fill(store, rowsOf(size));
        await store.close();
      }
      await pool.query("VACUUM ANALYZE");
      const { rows } = await pool.query<{ server_version: string }>("SHOW server_version");
      await pool.end();
      return `PostgreSQL ${rows[0]!.server_version}`;
    });
  },
};
