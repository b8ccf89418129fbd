import { DatabaseSync } from "node:sqlite";

/** Opens the database of a running application for as long as `work` takes. */
export function withDatabase<Result>(path: string, work: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Takes tables away, so that whatever needs them fails; calling what it returns puts them back. */
export function breakTables(path: string, tables: readonly string[]): () => void {
  const rename = (from: string, to: string) =>
    withDatabase(path, (db) => db.exec(`alter table ${from} rename to ${to}`));
  for (const table of tables) rename(table, `${table}_gone`);
  return () => {
    for (const table of tables) rename(`${table}_gone`, table);
  };
}
