import { createSessions, type Session, type SessionRecord, type SessionStore } from "coatcheck";
import { cachedStore } from "coatcheck/stores/cached";
import { memoryStore } from "coatcheck/stores/memory";
import { postgresStore } from "coatcheck/stores/postgres";
import { redisStore } from "coatcheck/stores/redis";
import { sqliteStore } from "coatcheck/stores/sqlite";
import type { Payload } from "../../lib/payloads.ts";
import { idOf, inChunks, LIFE_MS, rowCount, sample, TOUCH_INTERVAL, tokenOf } from "../../lib/rows.ts";
import { postgresPool, redisClient, sqlitePath } from "../../stages/connect.ts";
import { fill } from "../../stages/fill.ts";
import { BareExchange } from "../coatcheck.ts";
import { userIn, type OpenReader, type OpenWriter, type Reader, type Writer } from "./reader.ts";

/** An open store, with what closes it. */
interface Opened {
  readonly store: SessionStore;
  readonly end: () => Promise<unknown>;
}

const stores = {
  async memory(): Promise<Opened> {
    const store = memoryStore();
    await fill(store, rowCount());
    return { store, end: async () => {} };
  },
  async sqlite(): Promise<Opened> {
    const store = sqliteStore({ path: sqlitePath("coatcheck") });
    return { store, end: () => store.close() };
  },
  async postgres(): Promise<Opened> {
    const pool = postgresPool();
    const store = postgresStore({ pool });
    return { store, end: () => store.close().then(() => pool.end()) };
  },
  async redis(): Promise<Opened> {
    const client = await redisClient();
    const store = redisStore({ client });
    return { store, end: () => store.close().then(() => client.close()) };
  },
};

export type StoreName = keyof typeof stores;

export const FIND = "Coatcheck, find";
export const OPEN = "Coatcheck, Cookie header to data";
export const CACHED_FIND = "Coatcheck, find, cached";
export const CACHED_RECORD = "Coatcheck, find, cached, JSON left as it is";
export const CACHED_OPEN = "Coatcheck, Cookie header to data, cached";

export const WRITE = "Coatcheck, update";

/** Longer than a run takes: a hot read is what is measured. */
const MAX_AGE = LIFE_MS / 1000;
/** Seconds: on a busy machine a slow answer must not end the run. The circuit costs the same with any. */
const PATIENCE = 60;

/**
 * The store alone (its `find`, and `JSON.parse` of the data), and the whole way through `sessions.open`, each
 * without and with the cache; and what the cache itself takes of that.
 */
export function coatcheckReaders(where: StoreName): Reader[] {
  return [
    reader(FIND, async () => throughFind(await stores[where]())),
    reader(OPEN, async () => throughOpen(await stores[where]())),
    reader(CACHED_FIND, async () => warmed(await throughFind(cached(await stores[where]())))),
    reader(CACHED_RECORD, async () => warmed(await throughFind(cached(await stores[where]()), userOfRecord))),
    reader(CACHED_OPEN, async () => warmed(await throughOpen(cached(await stores[where]()), true))),
  ];
}

function reader(name: string, prepare: () => Promise<OpenReader>): Reader {
  return { name, prepare };
}

function cached({ store, end }: Opened): Opened {
  return { store: cachedStore(store, { maxAge: MAX_AGE, timeout: PATIENCE }), end };
}

const userOfData = (record: SessionRecord): unknown => userIn(record.data);
const userOfRecord = (record: SessionRecord): unknown => Number(record.userId);

/** `store.find`, and `JSON.parse` of the data unless told otherwise. */
async function throughFind({ store, end }: Opened, userOf = userOfData): Promise<OpenReader> {
  const rows = sample();
  const ids = rows.map(idOf);
  const read = async (n: number): Promise<unknown> => {
    const record = await store.find(ids[n]!);
    return record && userOf(record);
  };
  return { rows, read, end };
}

/**
 * What an application calls, with nothing left out: circuit breaker, SHA-256 of the token, lifetimes, frozen data.
 *
 * @param ownPatience - Whether the store has a circuit inside, as a cache has.
 */
async function throughOpen({ store, end }: Opened, ownPatience = false): Promise<OpenReader> {
  const sessions = createSessions<Payload>({
    store,
    ...(ownPatience ? {} : { storeTimeout: PATIENCE }),
    idleTimeout: LIFE_MS / 1000,
    absoluteTimeout: LIFE_MS / 1000,
    touchInterval: TOUCH_INTERVAL,
  });
  const rows = sample();
  const cookies = rows.map((row) => `theme=dark; __Host-session=${tokenOf(row)}`);
  const read = async (n: number): Promise<unknown> => {
    const session: Session<Payload> = await sessions.open(new BareExchange(cookies[n]!));
    return session.data.userId;
  };
  return { rows, read, end };
}

/** Reads every row, so that the cache holds it, and again, since a cache whose channel is not proven stands aside. */
async function warmed(open: OpenReader): Promise<OpenReader> {
  for (let pass = 0; pass < 2; pass++)
    await inChunks(open.rows.length, (chunk) => Promise.all(chunk.map((n) => open.read(n))));
  return open;
}

/** `store.update` with the next version of a record, as a session's update ends. */
export function coatcheckWriter(where: Exclude<StoreName, "memory">): Writer {
  return {
    name: WRITE,
    async prepare(rows): Promise<OpenWriter> {
      const { store, end } = await stores[where]();
      const records = await Promise.all(rows.map(async (row) => (await store.find(idOf(row)))!));
      return {
        async write(n) {
          const { version, ...rest } = records[n]!;
          const next = { ...rest, version: version + 1 };
          const written = await store.update(next, version);
          records[n] = next;
          return written;
        },
        end,
      };
    },
  };
}
