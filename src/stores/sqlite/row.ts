import type { SessionRecord } from "../store.ts";

/** What a column can hold here. */
export type SqliteValue = string | number | null;

/** The columns, in the order of {@link rowOf}. */
const COLUMNS: readonly string[] = [
  "id",
  "version",
  "user_id",
  "created_at",
  "last_seen_at",
  "authenticated_at",
  "idle_timeout",
  "absolute_expires_at",
  "expires_at",
  "schema_version",
  "data",
  "flash",
  "device",
  "successor",
  "authentication",
];

/** The columns as SQL. */
export const COLUMN_LIST: string = COLUMNS.join(", ");
/** One parameter for each column. */
export const PARAMETER_LIST: string = COLUMNS.map(() => "?").join(", ");
/** Columns but the id, set to the parameters of their places; without those to leave as they are. */
export function assignments(except: readonly string[] = []): string {
  const parts = COLUMNS.map((column, n) => `${column} = ?${n + 1}`);
  return parts.filter((_part, n) => n > 0 && !except.includes(COLUMNS[n]!)).join(", ");
}
/** How many columns there are. */
export const COLUMN_COUNT: number = COLUMNS.length;

/** The values of a record, column by column. */
export function rowOf(record: SessionRecord): SqliteValue[] {
  return [
    record.id,
    record.version,
    record.userId ?? null,
    record.createdAt,
    record.lastSeenAt,
    record.authenticatedAt ?? null,
    record.idleTimeout,
    record.absoluteExpiresAt,
    record.expiresAt,
    record.schemaVersion,
    record.data,
    record.flash ?? null,
    record.device ?? null,
    record.successor ?? null,
    record.authentication ?? null,
  ];
}

/** The record of a row: an array, or where a runtime knows no arrays, an object with the columns in their order. */
export function recordOf(answer: unknown): SessionRecord {
  const row = (Array.isArray(answer) ? answer : Object.values(answer as object)) as Row;
  return {
    id: row[0],
    version: row[1],
    userId: row[2] ?? undefined,
    createdAt: row[3],
    lastSeenAt: row[4],
    authenticatedAt: row[5] ?? undefined,
    idleTimeout: row[6],
    absoluteExpiresAt: row[7],
    expiresAt: row[8],
    schemaVersion: row[9],
    data: row[10],
    flash: row[11] ?? undefined,
    device: row[12] ?? undefined,
    successor: row[13] ?? undefined,
    authentication: row[14] ?? undefined,
  };
}

type Text = string | null;
type Row = [
  string,
  number,
  Text,
  number,
  number,
  number | null,
  number,
  number,
  number,
  number,
  string,
  Text,
  Text,
  Text,
  Text,
];
