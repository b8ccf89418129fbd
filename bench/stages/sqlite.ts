import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "coatcheck/stores/sqlite";
import type { Stage } from "../lib/stage.ts";
import { insertUsers, insertSessions, migrateBetterAuth, userRow, sessionRow } from "./better-auth-rows.ts";
import { sqlitePath } from "./connect.ts";
import { fill } from "./fill.ts";

/** Two files in a temporary folder: Coatcheck's table, and Better Auth's. */
export const sqlite: Stage = {
  name: "sqlite",
  async start(rows) {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-bench-"));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once("exit", remove);
    const store = sqliteStore({ path: sqlitePath("coatcheck", folder) });
    await store.migrate();
    await fill(store, rows);
    await store.close();
    await fillBetterAuth(folder, rows);
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

async function fillBetterAuth(folder: string, rows: number): Promise<void> {
  const database = new DatabaseSync(sqlitePath("better-auth", folder));
  // For its sake: readers in the default mode lock the file each time.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  await migrateBetterAuth(database);
  const [users, sessions] = [insertUsers, insertSessions].map((sql) =>
    database.prepare(sql(1, (n) => `?${n}`)),
  );
  database.exec("BEGIN");
  const now = new Date();
  for (let row = 0; row < rows; row++) {
    users!.run(...userRow(row, now, 1));
    sessions!.run(...sessionRow(row, now));
  }
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
