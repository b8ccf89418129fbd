import { pragma, type SqliteDatabase } from "./connection.ts";
import { SCHEMA_VERSION, schemaVersionOf } from "./schema.ts";
import type { StoreFinding } from "../store.ts";

const FULL = 2;
const LOW_SPACE = 100 * 2 ** 20;

/** Looks at a database: does it keep what it acknowledges, and from whom? */
export function checkDatabaseOf(database: SqliteDatabase, table: string): StoreFinding[] {
  const file = fileOf(database);
  const findings = [schema(database, table)];
  if (file === undefined) {
    const message = "The database is in memory: sessions end with the process.";
    return [...findings, { level: "warning", message, fix: "Pass `path` a file." }];
  }
  return [...findings, journal(database), durability(database), ...fileFindings(file)];
}

function schema(database: SqliteDatabase, table: string): StoreFinding {
  const version = schemaVersionOf(database, table);
  if (version === SCHEMA_VERSION)
    return { level: "ok", message: `The table ${table} is there, in schema version ${version}.` };
  if (version > SCHEMA_VERSION)
    return {
      level: "error",
      message: `The table ${table} has schema version ${version}; this coatcheck knows ${SCHEMA_VERSION}.`,
      fix: "Install the newer coatcheck that migrated it.",
    };
  return {
    level: "error",
    message: `There is no up-to-date table ${table}.`,
    fix: "Call store.migrate() when the application starts.",
  };
}

function journal(database: SqliteDatabase): StoreFinding {
  const mode = String(pragma(database, "journal_mode"));
  if (mode === "wal")
    return {
      level: "ok",
      message: "The journal mode is WAL: reading and writing do not wait for each other.",
    };
  return {
    level: "warning",
    message: `The journal mode is ${mode}: readers and writers wait for each other.`,
    fix: "Run PRAGMA journal_mode = WAL once.",
  };
}

function durability(database: SqliteDatabase): StoreFinding {
  if (Number(pragma(database, "synchronous")) >= FULL)
    return { level: "ok", message: "Commits are durable (synchronous = FULL)." };
  return {
    level: "error",
    message: "Commits are not durable: after a power failure a revoked session may be back.",
    fix: "Run PRAGMA synchronous = FULL on the connection that the store was given.",
  };
}

function fileFindings(file: string): StoreFinding[] {
  const fs = globalThis.process.getBuiltinModule("node:fs");
  const path = globalThis.process.getBuiltinModule("node:path");
  const findings: StoreFinding[] = [];
  const folder = path.dirname(file);
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    fs.accessSync(file, fs.constants.W_OK);
    findings.push({ level: "ok", message: "The database file and its folder can be written to." });
  } catch {
    const message = "The database file or its folder cannot be written to by this user.";
    findings.push({ level: "error", message, fix: `Give this user write access to ${folder} and the file.` });
  }
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    const message = "The database file was removed or replaced while it was open.";
    findings.push({ level: "error", message, fix: "Restart the application." });
  } else if (globalThis.process.platform !== "win32" && (stat.mode & 0o007) !== 0) {
    const message = "Every user of this machine may open the database file, which holds the sessions' data.";
    findings.push({ level: "warning", message, fix: `chmod o-rwx ${file}` });
  } else
    findings.push({ level: "ok", message: "Other users of this machine cannot open the database file." });
  const space = fs.statfsSync(folder);
  if (space.bavail * space.bsize < LOW_SPACE) {
    const message = "Less than 100 MB are free where the database is; when it is full, nobody can log in.";
    findings.push({ level: "warning", message, fix: "Make room." });
  }
  return findings;
}

/** The main database's file, `undefined` when it is in memory. */
function fileOf(database: SqliteDatabase): string | undefined {
  const rows = database.prepare("PRAGMA database_list").all() as object[];
  const row = rows.map((one) => Object.values(one) as unknown[]).find((one) => one[1] === "main");
  return row?.[2] === undefined || row[2] === null || row[2] === "" ? undefined : (row[2] as string);
}
