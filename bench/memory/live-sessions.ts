import type { SessionStore } from "coatcheck";
import { memoryStore } from "coatcheck/stores/memory";
import { sqliteStore } from "coatcheck/stores/sqlite";
import { cacheOver } from "../candidates/stored/cache.ts";
import { idOf, inChunks, makeData } from "../lib/rows.ts";
import { fill } from "../stages/fill.ts";
import { usedBytes } from "./used.ts";

/** A place for sessions, prepared as far as is not to be counted. @returns what puts them there, and holds them. */
type Place = (count: number) => Promise<() => Promise<object>>;

/** Places by name. */
export const places: Readonly<Record<string, Place>> = {
  "a Map of the data by id": async (count) => async () => {
    const texts = new Map<string, string>();
    for (let row = 0; row < count; row++) texts.set(idOf(row), JSON.stringify(makeData(row)));
    return texts;
  },

  memoryStore: async (count) => async () => {
    const store = memoryStore();
    await fill(store, count);
    return store;
  },

  cachedStore: async (count) => {
    const inner = await filledSqlite(count);
    return () => warmCache(inner, count);
  },
};

/** A store whose memory is none of this heap. */
export async function filledSqlite(count: number): Promise<SessionStore> {
  const store = sqliteStore({ path: ":memory:" });
  await store.migrate();
  await fill(store, count);
  return store;
}

/** A cache with all sessions of a store in it. */
export async function warmCache(inner: SessionStore, count: number): Promise<SessionStore> {
  const store = cacheOver(inner, { maxEntries: count, maxBytes: count * 10_000 });
  // Twice: a cache whose channel is not proven yet stands aside.
  for (let pass = 0; pass < 2; pass++) await readAll(store, count);
  return store;
}

/** What a session takes in memory: with its data, and beside them, in bytes. */
export interface SessionMemory {
  readonly memory: number;
  /** `undefined` where the data lies elsewhere. */
  readonly beside?: number;
}

/** Puts so many sessions into a place. */
export async function weigh(place: string, count: number): Promise<SessionMemory> {
  const put = await places[place]!(count);
  const before = await usedBytes();
  const held = await put();
  const memory = ((await usedBytes()) - before) / count;
  if (held === undefined) throw new Error("Nothing is held.");
  return { memory, beside: memory - dataBytes(count) };
}

/** Of one session's data on average: JSON of this benchmark takes one octet a character. */
function dataBytes(count: number): number {
  let bytes = 0;
  for (let row = 0; row < count; row++) bytes += JSON.stringify(makeData(row)).length;
  return bytes / count;
}

async function readAll(store: SessionStore, count: number): Promise<void> {
  await inChunks(count, async (chunk) => {
    const found = await Promise.all(chunk.map((row) => store.find(idOf(row))));
    if (found.includes(undefined)) throw new Error("A session is gone.");
  });
}
