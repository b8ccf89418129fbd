import { SessionError } from "../core/errors.ts";
import { refuseUnknownOptions } from "../core/option-errors.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import { createChannel } from "./redis/channel.ts";
import { findingsOf, lossesOf } from "./redis/check.ts";
import { connectionOf, type RedisConnection, type RedisStoreClient, type Text } from "./redis/client.ts";
import { connectTo } from "./redis/connect.ts";
import { createIndex, type IndexEntry } from "./redis/user-index.ts";
import { NO_MARK, parseRecord, PLACE, textOf, userText } from "./redis/record.ts";
import { deleteRecord, insertRecord, readRecords } from "./redis/scripts.ts";
import { createSwaps } from "./redis/swaps.ts";
import { createTogether } from "./redis/together.ts";
import type { DatabaseStore, SessionRecord } from "./store.ts";

export type { RedisScriptOptions, RedisStoreClient } from "./redis/client.ts";

/** Options of {@link redisStore}: a client or a URL, and what else. */
export interface RedisStoreOptions {
  /**
   * A connected client of the `redis` package (5 or later): `createClient`, `createSentinel` or
   * `createCluster`. It stays yours: give it an `error` listener, and close it after the store.
   */
  readonly client?: RedisStoreClient;
  /**
   * Where Redis is, as `redis://[[user]:password@]host[:port][/database]`, with `rediss:` for TLS. Instead of
   * a client.
   */
  readonly url?: string;
  /** What the names of all keys begin with. Two applications in one Redis need two. @default "coatcheck:" */
  readonly prefix?: string;
  /** The clock, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const KNOWN: ReadonlySet<string> = new Set<keyof RedisStoreOptions>(["client", "url", "prefix", "now"]);

/**
 * How much longer Redis keeps a record than it lives. The store judges by its own clock, with which that of
 * Redis need not keep step; the time is only for tidying up.
 */
const TIDY_MS = 10_000;
/** Commands of one user's sessions that are under way at once. */
const CHUNK = 256;

/**
 * Keeps sessions in Redis 6.2 or later, one node, Sentinel or Cluster.
 *
 * A logout survives a crash of Redis only if Redis writes its changes down: at first use the store warns
 * where it does not (see docs/redis.md). In a cluster the proof of {@link StoreWatch.caughtUp} is one of
 * order alone: messages that the nodes lose among each other are lost.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` when neither or both of `client` and `url` are given, or one
 * cannot work. With a URL and without the package `redis`, every method rejects with it.
 */
export function redisStore(options: RedisStoreOptions): DatabaseStore {
  const { url, prefix = "coatcheck:", now = Date.now } = checked(options);
  const own = url === undefined ? undefined : connectTo(url);
  const given = options.client === undefined ? undefined : connectionOf(options.client);
  const channelName = `${prefix}changes`;
  const index = createIndex(connect, `${prefix}u:`, now);
  const channel = createChannel(connect, channelName);
  let warned: Promise<void> | undefined;

  const keyOf = (id: string): string => `${prefix}s:${id}`;
  const ttlOf = (record: SessionRecord): number => Math.max(0, Math.ceil(record.expiresAt - now())) + TIDY_MS;
  const swap = createSwaps({ connect, channel: channelName, now, ttlOf });

  /** At once where a client was given. */
  function connect(): MaybePromise<RedisConnection> {
    return given === undefined ? own!.connect().then(noted) : noted(given);
  }

  function noted(connection: RedisConnection): RedisConnection {
    // Beside what was asked for: a warning must not make a request wait. Who may not ask is not told.
    warned ??= warn(connection).catch(() => undefined);
    return connection;
  }

  async function warn(connection: RedisConnection): Promise<void> {
    for (const { message, fix } of await lossesOf(connection)) console.warn(`coatcheck: ${message} ${fix}`);
  }

  async function textsOf(connection: RedisConnection, ids: readonly string[]): Promise<string[]> {
    const keys = ids.map(keyOf);
    if (!connection.getsFromPrimary) return readRecords(connection, keys, []);
    const texts = (await connection.client.mGet(keys)) as (Text | null | undefined)[];
    return texts.map((text) => text?.toString() ?? "");
  }

  /** Looks ids up. @param read - What of a record's text is wanted; the text is "" where there is none. */
  function lookUp<Found>(read: (text: string, id: string) => Found): (id: string) => Promise<Found> {
    return createTogether({ connect, run: textsOf, read, keyOf: (id) => id, share: true });
  }

  const find = lookUp((text, id) => {
    if (text === "") return undefined;
    const record = parseRecord(id, text);
    return record.expiresAt > now() ? record : undefined;
  });
  /** Also if it has expired. */
  const findKept = lookUp((text, id) => (text === "" ? undefined : parseRecord(id, text)));

  /** @returns the user and the entry of what was removed, or `undefined` when nothing was. */
  async function remove(id: string, user = ""): Promise<{ user: string; entry: IndexEntry } | undefined> {
    const [owner, mark] = await deleteRecord(await connect(), [keyOf(id)], [channelName, id, user]);
    return owner === undefined || mark === undefined ? undefined : { user: owner, entry: { id, mark } };
  }

  async function removeOne(id: string): Promise<void> {
    const gone = await remove(id);
    if (gone !== undefined && gone.user !== "")
      await index.remove(JSON.parse(gone.user) as string, [gone.entry]);
  }

  async function put(record: SessionRecord, mark: string): Promise<void> {
    const args = [String(now()), String(ttlOf(record)), textOf(record, mark)];
    const [done] = await insertRecord(await connect(), [keyOf(record.id)], args);
    if (done !== "1") throw new Error("A session with this id is kept already.");
  }

  return {
    find,

    async insert(record) {
      if (record.expiresAt <= now()) return;
      const { id, userId, absoluteExpiresAt } = record;
      if (userId === undefined) return put(record, NO_MARK);
      await index.around(
        { userId, id, absoluteExpiresAt },
        (mark) => put(record, mark),
        () => removeOne(id),
      );
    },

    async update(record, expectedVersion) {
      const { id, userId, absoluteExpiresAt } = record;
      const wanted = { key: keyOf(id), record, expectedVersion, mark: "" };
      let swapped = await swap(wanted);
      if (swapped.state === "unindexed" && userId !== undefined)
        swapped = await index.around(
          { userId, id, absoluteExpiresAt },
          (mark) => swap({ ...wanted, mark }),
          // What another node has written meanwhile is that node's.
          ({ state }) => (state === "done" ? removeOne(id) : undefined),
        );
      if (swapped.state !== "done") return false;
      const { before } = swapped;
      if (before !== undefined && before.user !== "")
        await index.remove(JSON.parse(before.user) as string, [{ id, mark: before.mark }]);
      return true;
    },

    delete: removeOne,

    async findByUser(userId) {
      const found = new Map<string, SessionRecord>();
      const stale: IndexEntry[] = [];
      for (const entries of chunksOf(await index.entries(userId))) {
        const kept = await Promise.all(entries.map(({ id }) => findKept(id)));
        for (const [n, entry] of entries.entries()) {
          const one = kept[n];
          if (one?.userId !== userId || one[PLACE].mark !== entry.mark) stale.push(entry);
          if (one?.userId === userId && one.expiresAt > now()) found.set(entry.id, one);
        }
      }
      await index.prune(userId, stale);
      return [...found.values()].toSorted((a, b) => b.lastSeenAt - a.lastSeenAt);
    },

    async deleteByUser(userId, exceptId) {
      let removed = 0;
      for (const entries of chunksOf(await index.entries(userId))) {
        const others = entries.filter(({ id }) => id !== exceptId);
        const gone = await Promise.all(others.map(({ id }) => remove(id, userText(userId))));
        removed += gone.filter((one) => one !== undefined).length;
        await index.remove(
          userId,
          gone.flatMap((one) => (one === undefined ? [] : [one.entry])),
        );
        await index.prune(
          userId,
          others.filter((_entry, n) => gone[n] === undefined),
        );
      }
      return removed;
    },

    deletesAtOnce: false,

    // Redis removes what has expired by itself.
    deleteExpired: async () => 0,

    watch: (listener) => channel.watch(listener),

    async migrate() {
      await connect();
      await warned;
    },

    check: async () => findingsOf(await connect(), now, url),

    async close() {
      await channel.close();
      await own?.close();
    },
  };
}

function checked(options: RedisStoreOptions): RedisStoreOptions {
  refuseUnknownOptions(options, KNOWN, "redisStore");
  const { client, url, prefix } = options;
  if ((client === undefined) === (url === undefined))
    throw new SessionError("ERR_SESSION_CONFIG", "redisStore() needs either `client` or `url`.");
  // The address may hold a password, so it is not repeated.
  if (url !== undefined && !/^rediss?:$/.test(URL.parse(url)?.protocol ?? ""))
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "The `url` of redisStore() must look like redis://host:6379 or rediss://host:6379.",
    );
  if (prefix === "" || (prefix !== undefined && typeof prefix !== "string"))
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "The `prefix` of redisStore() must be a text that is not empty.",
    );
  return options;
}

function chunksOf<T>(list: readonly T[]): T[][] {
  const count = Math.ceil(list.length / CHUNK);
  return Array.from({ length: count }, (_, n) => list.slice(n * CHUNK, (n + 1) * CHUNK));
}
