import type { DatabaseSync } from "node:sqlite";
import type { BetterAuthOptions } from "better-auth";
import type { Pool } from "pg";
import { SECRET } from "../candidates/candidate.ts";
import { LIFE_MS, makeData, tokenOf } from "../lib/rows.ts";

/** How Better Auth is set up: as it comes, with the data in a field of the session. */
export function betterAuthOptions(database: DatabaseSync | Pool) {
  return {
    database,
    secret: SECRET,
    baseURL: "https://app.example",
    telemetry: { enabled: false },
    session: { additionalFields: { data: { type: "string", required: false } } },
  } as const satisfies BetterAuthOptions;
}

/** Creates its tables and indexes, by its own migration. */
export async function migrateBetterAuth(database: DatabaseSync | Pool): Promise<void> {
  // Here, because it takes 0.2 s to load, and most tasks do without.
  const { getMigrations } = await import("better-auth/db/migration");
  const { runMigrations } = await getMigrations(betterAuthOptions(database));
  await runMigrations();
}

const USER = ["id", "name", "email", "emailVerified", "createdAt", "updatedAt"];
const SESSION = ["id", "expiresAt", "token", "createdAt", "updatedAt", "userId", "data"];

type PlaceOf = (n: number) => string;

/** @param count - How many rows one statement inserts. @param placeOf - Writes the nth parameter, from 1. */
export const insertUsers = (count: number, placeOf: PlaceOf): string => insert("user", USER, count, placeOf);
export const insertSessions = (count: number, placeOf: PlaceOf): string =>
  insert("session", SESSION, count, placeOf);

function insert(table: string, columns: readonly string[], count: number, placeOf: PlaceOf): string {
  const rows = Array.from({ length: count }, (_, row) =>
    columns.map((_name, column) => placeOf(row * columns.length + column + 1)).join(", "),
  );
  const names = columns.map((name) => `"${name}"`).join(", ");
  return `INSERT INTO "${table}" (${names}) VALUES ${rows.map((row) => `(${row})`).join(", ")}`;
}

/** @param verified - True in the database's own words. */
export function userRow<T>(row: number, now: Date, verified: T): (string | T)[] {
  const { userId, name } = makeData(row);
  const moment = now.toISOString();
  return [String(userId), name, `${userId}@school.example`, verified, moment, moment];
}

export function sessionRow(row: number, now: Date): string[] {
  const data = makeData(row);
  const moment = now.toISOString();
  // Nearly as long as a session of its lives, so that no read is due to prolong it.
  const expires = new Date(now.getTime() + LIFE_MS - 60_000).toISOString();
  return [`s${row}`, expires, tokenOf(row), moment, moment, String(data.userId), JSON.stringify(data)];
}
