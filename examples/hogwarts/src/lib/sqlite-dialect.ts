import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue } from "node:sqlite";
import { type Kysely, SqliteAdapter, SqliteDialect, sql } from "kysely";

/** Kysely's SQLite dialect over the SQLite that is part of Node. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(path: string) {
    const database = new DatabaseSync(path, { timeout: 5000 });
    database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on");
    super({
      database: {
        close: () => database.close(),
        prepare(text) {
          const statement = database.prepare(text);
          const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => statement.all(...values(parameters)),
            run: (parameters) => statement.run(...values(parameters)),
            iterate: (parameters) => statement.iterate(...values(parameters)),
          };
        },
      },
    });
  }

  override createAdapter(): SqliteAdapter {
    return new LockingAdapter();
  }
}

/** Kysely takes no lock while it migrates SQLite; two processes that start at once need one. */
class LockingAdapter extends SqliteAdapter {
  override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql`begin immediate`.execute(db);
  }

  override async releaseMigrationLock(db: Kysely<unknown>): Promise<void> {
    await sql`commit`.execute(db);
  }
}
