import type { SessionStore } from "coatcheck";
import { inChunks, recordOf } from "../lib/rows.ts";

/** Puts all rows into a store through its own `insert`, as they would come to be there. */
export async function fill(store: Pick<SessionStore, "insert">, rows: number): Promise<void> {
  const now = Date.now();
  await inChunks(rows, (chunk) => Promise.all(chunk.map((row) => store.insert(recordOf(row, now)))));
}
