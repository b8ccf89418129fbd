import {
  createSessions,
  type Session,
  type SessionRecord,
  type Sessions,
  type SessionStore,
} from "coatcheck";
import type { Payload } from "../../lib/payloads.ts";
import { idOf, inChunks, LIFE_MS, sample, TOUCH_INTERVAL, tokenOf } from "../../lib/rows.ts";
import { BareExchange } from "../coatcheck.ts";
import { PATIENCE } from "../settings.ts";
import { cacheOver } from "./cache.ts";
import { openStore, type Opened, type StoreName } from "./open.ts";
import { userIn, type OpenReader, type OpenWriter, type Reader, type Writer } from "./reader.ts";

export const FIND = "Coatcheck, find";
export const OPEN = "Coatcheck, Cookie header to data";
export const CACHED_FIND = "Coatcheck, find, cached";
export const CACHED_RECORD = "Coatcheck, find, cached, JSON left as it is";
export const CACHED_OPEN = "Coatcheck, Cookie header to data, cached";

export const WRITE = "Coatcheck, update";

/**
 * The store alone (its `find`, and `JSON.parse` of the data), and the whole way through `sessions.open`, each
 * without and with the cache; and what the cache itself takes of that.
 */
export function coatcheckReaders(where: StoreName): Reader[] {
  return [
    reader(FIND, async () => throughFind(await openStore[where]())),
    reader(OPEN, async () => throughOpen(await openStore[where]())),
    reader(CACHED_FIND, async () => warmed(await throughFind(cached(await openStore[where]())))),
    reader(CACHED_RECORD, async () =>
      warmed(await throughFind(cached(await openStore[where]()), userOfRecord)),
    ),
    reader(CACHED_OPEN, async () => warmed(await throughOpen(cached(await openStore[where]()), true))),
  ];
}

function reader(name: string, prepare: () => Promise<OpenReader>): Reader {
  return { name, prepare };
}

function cached({ store, end }: Opened): Opened {
  return { store: cacheOver(store), end };
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

/** Sessions in a store that was filled with rows. @param ownPatience - Whether it has a circuit inside, as a cache has. */
export function sessionsIn(store: SessionStore, ownPatience: boolean): Sessions<Payload> {
  return createSessions<Payload>({
    store,
    ...(ownPatience ? {} : { storeTimeout: PATIENCE }),
    idleTimeout: LIFE_MS / 1000,
    absoluteTimeout: LIFE_MS / 1000,
    touchInterval: TOUCH_INTERVAL,
  });
}

/** The `Cookie` header of a row's visitor. */
export function cookieOf(row: number): string {
  return `theme=dark; __Host-session=${tokenOf(row)}`;
}

/**
 * What an application calls, with nothing left out: circuit breaker, SHA-256 of the token, lifetimes, frozen data.
 *
 * @param ownPatience - As of {@link sessionsIn}.
 */
async function throughOpen({ store, end }: Opened, ownPatience = false): Promise<OpenReader> {
  const sessions = sessionsIn(store, ownPatience);
  const rows = sample();
  const cookies = rows.map(cookieOf);
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
      const { store, end } = await openStore[where]();
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
