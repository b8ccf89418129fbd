import { COLUMNS as POSTGRES_COLUMNS } from "../../../src/stores/postgres/record.ts";
import type { SqliteDatabase } from "../../../src/stores/sqlite/connection.ts";
import { opener } from "../../../src/stores/sqlite/open.ts";
import { COLUMN_LIST as SQLITE_COLUMNS } from "../../../src/stores/sqlite/row.ts";
import { idOf, LIFE_MS, makeData, sample } from "../../lib/rows.ts";
import { bareKey, postgresPool, recordKey, redisClient, sqlitePath } from "../../stages/connect.ts";
import { userIn, type Reader, type Writer } from "./reader.ts";

/** What a row is in SQL: the text of the data, and what a write swaps by. */
interface Row {
  readonly version: number;
  readonly data: string;
}

export const BARE = "the bare client";
/** Rows as our stores ask for them. */
const BARE_ARRAYS = "the bare client, rows as arrays";
export const BARE_WRITE = "the bare client, write by write";

/** The file on a connection that is set up as our store's own: as durable, with its log taken over as often. */
function openFile(): SqliteDatabase & { close(): void } {
  return opener(sqlitePath("coatcheck"))(false)!;
}

/**
 * The floor: the columns of the row by a prepared statement, and `JSON.parse` of its data. As an object, as a query answers
 * when nobody says otherwise, or as an array, as our store asks for it.
 */
function bareSqlite(name: string, asArray: boolean): Reader {
  return {
    name,
    async prepare() {
      const database = openFile();
      const find = database.prepare(`SELECT ${SQLITE_COLUMNS} FROM coatcheck_sessions WHERE id = ?`);
      find.setReturnArrays?.(asArray);
      const data = asArray ? SQLITE_COLUMNS.split(", ").indexOf("data") : "data";
      const rows = sample();
      const ids = rows.map(idOf);
      const read = (n: number): unknown => {
        const row = find.get(ids[n]!) as Answer | undefined;
        return row && userIn(row[data] as string);
      };
      return { rows, read, end: async () => database.close() };
    },
  };
}

/** A row, by the names of its columns or by their numbers. */
type Answer = Readonly<Record<string | number, unknown>>;

/** The same in PostgreSQL: one query a request. */
function barePostgres(name: string, asArray: boolean): Reader {
  return {
    name,
    async prepare() {
      const pool = postgresPool();
      const columns = POSTGRES_COLUMNS.map(([column]) => column);
      const text = `SELECT ${columns.join(", ")} FROM coatcheck_sessions WHERE id = $1`;
      const data = asArray ? columns.indexOf("data") : "data";
      const query = { name: "find", text, ...(asArray && { rowMode: "array" }) };
      const rows = sample();
      const ids = rows.map(idOf);
      const read = async (n: number): Promise<unknown> => {
        const { rows: found } = await pool.query<Answer>({ ...query, values: [ids[n]] });
        return found[0] && userIn(found[0][data] as string);
      };
      return { rows, read, end: () => pool.end() };
    },
  };
}

/** @param keyOf - Which key. @param userOf - Reads what it holds. */
function bareRedis(name: string, keyOf: (id: string) => string, userOf: (text: string) => unknown): Reader {
  return {
    name,
    async prepare() {
      const client = await redisClient();
      const rows = sample();
      const keys = rows.map((row) => keyOf(idOf(row)));
      const read = async (n: number): Promise<unknown> => {
        const text = await client.get(keys[n]!);
        return text === null ? undefined : userOf(text);
      };
      return { rows, read, end: () => client.close() };
    },
  };
}

/** The last line of a record in Redis is its data. */
function userInRecord(text: string): unknown {
  return userIn(text.slice(text.lastIndexOf("\n") + 1));
}

/** Less than a session needs: a key that holds the data and nothing else. */
export const redisDataAlone: Reader = bareRedis("the bare client, the data alone", bareKey, userIn);

/** A `Map` of JSON texts. */
const bareMap: Reader = {
  name: BARE,
  async prepare() {
    const rows = sample();
    const ids = rows.map(idOf);
    const texts = new Map(rows.map((row, n) => [ids[n], JSON.stringify(makeData(row))]));
    return { rows, read: (n) => userIn(texts.get(ids[n])!), end: async () => {} };
  },
};

export const bareReaders = {
  memory: bareMap,
  sqlite: bareSqlite(BARE, false),
  postgres: barePostgres(BARE, false),
  redis: bareRedis(BARE, recordKey, userInRecord),
} as const;

export const arrayReaders = {
  sqlite: bareSqlite(BARE_ARRAYS, true),
  postgres: barePostgres(BARE_ARRAYS, true),
} as const;

const SWAP = "UPDATE coatcheck_sessions SET version = version + 1, data = $2 WHERE id = $1 AND version = $3";

/** The same swap in the same table, each in a commit of its own. */
const writeSqlite: Writer = {
  name: BARE_WRITE,
  async prepare(rows) {
    const database = openFile();
    const find = database.prepare("SELECT version, data FROM coatcheck_sessions WHERE id = ?");
    const swap = database.prepare(SWAP.replaceAll("$", "?"));
    const ids = rows.map(idOf);
    const kept = ids.map((id) => find.get(id) as Row);
    const write = (n: number): boolean => {
      const { data, version } = kept[n]!;
      const { changes } = swap.run(ids[n]!, data, version);
      kept[n] = { data, version: version + 1 };
      return changes === 1;
    };
    return { write, end: async () => database.close() };
  },
};

const writePostgres: Writer = {
  name: BARE_WRITE,
  async prepare(rows) {
    const pool = postgresPool();
    const text = "SELECT version::int AS version, data FROM coatcheck_sessions WHERE id = $1";
    const ids = rows.map(idOf);
    const kept = await Promise.all(ids.map(async (id) => (await pool.query<Row>(text, [id])).rows[0]!));
    const write = async (n: number): Promise<boolean> => {
      const { data, version } = kept[n]!;
      const { rowCount } = await pool.query({ name: "swap", text: SWAP, values: [ids[n], data, version] });
      kept[n] = { data, version: version + 1 };
      return rowCount === 1;
    };
    return { write, end: () => pool.end() };
  },
};

/** A version, a line break, and the data. */
const SWAP_REDIS = `
if string.match(redis.call("GETRANGE", KEYS[1], "0", "20"), "^%d+") ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
return 1`;

/** The same swap in Redis, which takes a script: one for each write. */
const writeRedis: Writer = {
  name: BARE_WRITE,
  async prepare(rows) {
    const client = await redisClient();
    const keys = rows.map((row) => `swap:${idOf(row)}`);
    const texts = rows.map((row) => JSON.stringify(makeData(row)));
    const versions = rows.map(() => 1);
    const life = String(LIFE_MS);
    const hash = await client.scriptLoad(SWAP_REDIS);
    await Promise.all(keys.map((key, n) => client.set(key, `1\n${texts[n]!}`)));
    const write = async (n: number): Promise<boolean> => {
      const version = versions[n]!++;
      const swapped = [String(version), `${version + 1}\n${texts[n]!}`, life];
      return (await client.evalSha(hash, { keys: [keys[n]!], arguments: swapped })) === 1;
    };
    return { write, end: () => client.close() };
  },
};

/** Less than a session needs: `SET` without a look at what is there, so that of two who write at once one is lost. */
export const redisSetAlone: Writer = {
  name: "the bare client, SET alone",
  async prepare(rows) {
    const client = await redisClient();
    const keys = rows.map((row) => bareKey(idOf(row)));
    const texts = rows.map((row) => JSON.stringify(makeData(row)));
    const write = async (n: number): Promise<boolean> => (await client.set(keys[n]!, texts[n]!)) === "OK";
    return { write, end: () => client.close() };
  },
};

export const bareWriters = { sqlite: writeSqlite, postgres: writePostgres, redis: writeRedis } as const;
