import { createHash } from "node:crypto";
import type { SessionRecord } from "../../src/core/record.ts";
import { SIZES, userOf, type Payload } from "./payloads.ts";

/** What a stored session holds in every scenario: about 500 bytes. */
export const makeData: (row: number) => Payload = SIZES.medium.make;

/** Longer than any run takes, so that nothing expires and no read is due to note the visitor. */
export const LIFE_MS = 7 * 24 * 3600 * 1000;
/** Half of the sessions' life, in seconds: a read must not write by itself. */
export const TOUCH_INTERVAL = LIFE_MS / 2000;

/** Rows that a task goes through. */
const SAMPLE = 10_000;
/** A prime: the rows of a sample are scattered over the whole table. */
const STRIDE = 7919;
/** Rows that one insertion carries. */
const CHUNK = 1000;

const ROWS = "COATCHECK_BENCH_ROWS";

/** The variable that tells a task's process how many rows there are. */
export function rowsVariable(rows: number): Record<string, string> {
  return { [ROWS]: String(rows) };
}

export function rowCount(): number {
  return Number(process.env[ROWS]);
}

/** Row numbers that a task goes through, each of another user. @param rows - How many there are. */
export function sample(size = SAMPLE, rows = rowCount()): number[] {
  return Array.from({ length: Math.min(size, rows) }, (_, n) => (n * STRIDE) % rows);
}

/** The token of a row: 256 bits that can be made again. */
export function tokenOf(row: number): string {
  return createHash("sha256").update(`row ${row}`).digest("base64url");
}

/** What a store knows a row by. */
export function idOf(row: number): string {
  return createHash("sha256")
    .update(`session ${tokenOf(row)}`)
    .digest("base64url");
}

/** The row as `createSessions` would keep it. */
export function recordOf(row: number, now: number): SessionRecord {
  return {
    id: idOf(row),
    version: 1,
    userId: String(userOf(row)),
    createdAt: now,
    lastSeenAt: now,
    authenticatedAt: now,
    idleTimeout: LIFE_MS / 1000,
    absoluteExpiresAt: now + LIFE_MS,
    expiresAt: now + LIFE_MS,
    schemaVersion: 1,
    data: JSON.stringify(makeData(row)),
    flash: undefined,
    device: undefined,
    successor: undefined,
  };
}

/** Works through all rows, many at a time. */
export async function inChunks(
  rows: number,
  insert: (chunk: readonly number[]) => Promise<unknown>,
): Promise<void> {
  for (let first = 0; first < rows; first += CHUNK)
    await insert(Array.from({ length: Math.min(CHUNK, rows - first) }, (_, n) => first + n));
}
