import { SessionError } from "../../core/errors.ts";
import { prepareStatements, type SqliteStatements } from "./statements.ts";
import { notMigrated, refuseNewer, SCHEMA_VERSION, schemaVersionOf } from "./schema.ts";

/** As much of a `DatabaseSync` of `node:sqlite` as the store needs. */
export interface SqliteDatabase {
  readonly isTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
}

/** As much of a `StatementSync` of `node:sqlite` as the store needs. */
export interface SqliteStatement {
  get(...values: (string | number | null)[]): unknown;
  all(...values: (string | number | null)[]): unknown[];
  run(...values: (string | number | null)[]): { changes: number | bigint };
  setReadBigInts?(enabled: boolean): void;
  setReturnArrays?(enabled: boolean): void;
}

/** Where the database comes from. */
export interface SqliteSource {
  /** The application's own connection. */
  readonly given?: SqliteDatabase | undefined;
  /** Opens one of our own. @returns `undefined` when there is no file, and it shall not be created. */
  readonly open: (create: boolean) => (SqliteDatabase & { close(): void }) | undefined;
  /** A checked table name. */
  readonly table: string;
  /** Milliseconds to wait for a lock of somebody else. */
  readonly busyTimeout: number;
}

/** Waits start at about a millisecond and grow to this. */
const LONGEST_PAUSE = 16;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/**
 * One connection, for reads and writes: as everything that happens on it happens at once, neither ever meets the other,
 * and the pages that a write has changed stay in the cache for the reads.
 * It is opened when it is first needed, so that a module with a store in it can be imported by a build.
 */
export class SqliteConnection {
  readonly #source: SqliteSource;
  #database: SqliteDatabase | undefined;
  #own: { close(): void } | undefined;
  #statements: SqliteStatements | undefined;
  #closed = false;

  constructor(source: SqliteSource) {
    this.#source = source;
    this.#database = source.given;
  }

  /** Whether the application's own transaction is open, in which nothing of ours may happen. */
  get taken(): boolean {
    return this.#source.given?.isTransaction === true;
  }

  /**
   * @throws Error when the store was closed.
   * @throws SessionError `ERR_SESSION_CONFIG` when there is no file and none shall be created.
   */
  database(create: boolean = false): SqliteDatabase {
    if (this.#closed) throw new Error("The session store was closed.");
    if (this.#database !== undefined) return this.#database;
    const opened = this.#source.open(create);
    if (opened === undefined) throw notMigrated(this.#source.table);
    this.#own = opened;
    return (this.#database = opened);
  }

  /** @throws SessionError `ERR_SESSION_CONFIG` when the tables are not there, or of another version. */
  statements(): SqliteStatements {
    if (this.#statements !== undefined) return this.#statements;
    const { table } = this.#source;
    const database = this.database();
    const version = schemaVersionOf(database, table);
    refuseNewer(version, table);
    if (version < SCHEMA_VERSION) throw notMigrated(table);
    return (this.#statements = prepareStatements(database, table));
  }

  /**
   * Does something at once, or as soon as no lock and no transaction of the application is in its way. SQLite's own
   * waiting would stop the whole process.
   *
   * @param since - From when on the waiting counts, by `performance.now()`. @default now
   * @throws SQLite's error, when it was in the way for too long.
   */
  async whenFree<Result>(body: () => Result, since?: number): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      let cause: unknown;
      try {
        if (!this.taken) return body();
      } catch (error) {
        if (!isBusy(error)) throw error;
        cause = error;
      }
      since ??= performance.now();
      if (performance.now() - since >= this.#source.busyTimeout)
        throw cause instanceof Error
          ? cause
          : new Error("The application's own transaction stayed open on the store's connection.");
      await pause(Math.min(LONGEST_PAUSE, 2 ** attempt));
    }
  }

  /** Runs `body` in a transaction of its own, all at once. @throws at once when another process writes. */
  transaction<Result>(body: () => Result, create: boolean = false): Result {
    const database = this.database(create);
    this.#begin(database);
    try {
      const result = body();
      database.exec("COMMIT");
      return result;
    } catch (error) {
      try {
        database.exec("ROLLBACK");
      } catch {
        // After some errors, such as a full disk, SQLite has done that by itself.
      }
      throw error;
    }
  }

  /**
   * Runs a checkpoint: the write-ahead log goes into the file. On the application's own connection nothing is done: its
   * settings say when.
   */
  checkpoint(): void {
    if (this.#source.given !== undefined) return;
    try {
      this.database().exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch {
      // What is left there is safe, and the next commits try again.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements = undefined;
    this.#database = undefined;
    this.#own?.close();
  }

  #begin(database: SqliteDatabase): void {
    const patience = this.#source.given === undefined ? 0 : Number(pragma(database, "busy_timeout"));
    if (patience === 0) return database.exec("BEGIN IMMEDIATE");
    // The application lets SQLite wait, with the process standing still; we wait by ourselves.
    database.exec("PRAGMA busy_timeout = 0");
    try {
      database.exec("BEGIN IMMEDIATE");
    } finally {
      database.exec(`PRAGMA busy_timeout = ${patience}`);
    }
  }
}

/** @returns the one value that a pragma answers. */
export function pragma(database: SqliteDatabase, name: string): unknown {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? undefined : Object.values(row as object)[0];
}

/** @returns SQLite's own code of an error, without its extension; `undefined` of any other error. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  return Number(error.errcode) & 0xff;
}

function isBusy(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

/** Waits for a random time, so that two who met do not meet again. */
function pause(longest: number): Promise<void> {
  const [byte = 0] = globalThis.crypto.getRandomValues(new Uint8Array(1));
  return new Promise((resolve) => setTimeout(resolve, (byte / 256) * longest));
}

/** @throws SessionError `ERR_SESSION_CONFIG` when it cannot serve as the application's own connection. */
export function checkDatabase(database: SqliteDatabase): void {
  const usable =
    typeof database === "object" &&
    database !== null &&
    typeof database.prepare === "function" &&
    typeof database.exec === "function" &&
    typeof database.isTransaction === "boolean";
  if (usable) return;
  throw new SessionError(
    "ERR_SESSION_CONFIG",
    "sqliteStore: `database` must be an open DatabaseSync of node:sqlite that tells `isTransaction` (Node 22.16 or later); otherwise pass `path`.",
  );
}
