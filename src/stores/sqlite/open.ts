import { SessionError } from "../../core/errors.ts";
import type { SqliteDatabase } from "./connection.ts";

type OwnDatabase = SqliteDatabase & { close(): void };

const MEMORY = ":memory:";
/**
 * Pages of the log after which a commit takes them over into the file. It holds up the process meanwhile: for
 * 6 ms without the disk's own time with SQLite's 1000 pages, for 2 with these.
 */
const CHECKPOINT_PAGES = 250;

/**
 * What opens the connection to a file when it is needed.
 *
 * @returns a function that opens it, and creates file and folder only if told to.
 * @throws SessionError `ERR_SESSION_CONFIG` when the path is none, or the runtime has no node:sqlite.
 */
export function opener(path: string): (create: boolean) => OwnDatabase | undefined {
  if (typeof path !== "string" || path === "" || path.startsWith("file:"))
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      'sqliteStore: `path` must be the path of a file or ":memory:"; open anything else yourself and pass it as `database`.',
    );
  // Asked for at run time: this module can be imported where node:sqlite is missing.
  const sqlite = globalThis.process?.getBuiltinModule?.("node:sqlite");
  if (sqlite === undefined)
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "sqliteStore needs node:sqlite: Node 22.13 or later, or Node 22.12 with --experimental-sqlite.",
    );
  return (create) => {
    if (path !== MEMORY && !provideFile(path, create)) return undefined;
    const database = new sqlite.DatabaseSync(path);
    try {
      database.exec(
        `PRAGMA busy_timeout = 0; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      );
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  };
}

/** @returns whether the file is there. SQLite gives its journal files the mode of this one. */
function provideFile(path: string, create: boolean): boolean {
  const fs = globalThis.process.getBuiltinModule("node:fs");
  const folder = globalThis.process.getBuiltinModule("node:path").dirname(path);
  if (fs.existsSync(path)) return true;
  if (!create) return false;
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  // For appending: another process may create it at this very moment.
  fs.closeSync(fs.openSync(path, "a", 0o600));
  return true;
}
