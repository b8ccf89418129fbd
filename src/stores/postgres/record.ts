import type { SessionRecord } from "../store.ts";
import { bigintArray, textArray } from "./arrays.ts";

/** The columns that hold a record, in the order of {@link toRow}, and the types that they are sent as. */
export const COLUMNS: readonly (readonly [name: string, type: "text" | "bigint"])[] = [
  ["id", "text"],
  ["version", "bigint"],
  ["user_id", "text"],
  ["created_at", "bigint"],
  ["last_seen_at", "bigint"],
  ["authenticated_at", "bigint"],
  ["idle_timeout", "bigint"],
  ["absolute_expires_at", "bigint"],
  ["expires_at", "bigint"],
  ["schema_version", "bigint"],
  ["data", "text"],
  ["flash", "text"],
  ["device", "text"],
  ["successor", "text"],
  ["authentication", "text"],
];

/** A record as values of {@link COLUMNS}. @throws TypeError when the user id or a number would not come back as it is. */
export function toRow(record: SessionRecord): unknown[] {
  return [
    record.id,
    integer(record.version),
    record.userId === undefined ? null : userIdText(record.userId),
    integer(record.createdAt),
    integer(record.lastSeenAt),
    record.authenticatedAt === undefined ? null : integer(record.authenticatedAt),
    integer(record.idleTimeout),
    integer(record.absoluteExpiresAt),
    integer(record.expiresAt),
    integer(record.schemaVersion),
    record.data,
    record.flash ?? null,
    record.device ?? null,
    record.successor ?? null,
    record.authentication ?? null,
  ];
}

/** What a statement for many records is sent: for each of {@link COLUMNS} the values of all rows. */
export function columnsOf(rows: readonly (readonly unknown[])[]): unknown[] {
  return COLUMNS.map(([, type], n) => {
    const values = rows.map((row) => row[n]);
    // As `pg` writes it: what a client that sends no binary values has to fall back on.
    if (rows.length === 1) return values;
    return type === "text"
      ? textArray(values as (string | null)[])
      : bigintArray(values as (number | null)[]);
  });
}

/** Milliseconds and seconds may have fractions here; in the database they have none. */
export function integer(number: number): number {
  const floored = Math.floor(number);
  if (!Number.isSafeInteger(floored)) throw new TypeError("A record's numbers must be safe integers.");
  return floored;
}

/** UTF-8 has no lone surrogates: two user ids with different ones would be one in the database. */
export function userIdText(userId: string): string {
  if (!userId.isWellFormed()) throw new TypeError("A user id must be well-formed Unicode.");
  return userId;
}

/** Reads what a query for {@link COLUMNS} answers. */
export function fromRow(row: readonly unknown[]): SessionRecord {
  const text = (n: number): string => row[n] as string;
  const number = (n: number): number => row[n] as number;
  return {
    id: text(0),
    version: number(1),
    userId: text(2) ?? undefined,
    createdAt: number(3),
    lastSeenAt: number(4),
    authenticatedAt: number(5) ?? undefined,
    idleTimeout: number(6),
    absoluteExpiresAt: number(7),
    expiresAt: number(8),
    schemaVersion: number(9),
    data: text(10),
    flash: text(11) ?? undefined,
    device: text(12) ?? undefined,
    successor: text(13) ?? undefined,
    authentication: text(14) ?? undefined,
  };
}
