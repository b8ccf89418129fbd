import * as fc from "fast-check";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isSessionError } from "../../../src/core/errors.ts";
import { postgresStore, type PostgresPool } from "../../../src/stores/postgres.ts";
import { bigintArray, textArray } from "../../../src/stores/postgres/arrays.ts";
import { storeContract } from "../../../src/testing/index.ts";
import { startPostgres } from "../../support/postgres.ts";
import { until } from "../../support/processes.ts";
import type { TestServer } from "../../support/server.ts";
import type { SessionRecord } from "../../../src/stores/store.ts";
import { freshTable, Given, record, spying } from "./given.ts";

const given = new Given();
let server: TestServer;
let pool: Pool;

beforeAll(async () => {
  server = await startPostgres();
  pool = given.pool(server.url);
});

afterAll(async () => {
  await given.end();
  await server.stop();
});

describe("the contract holds", () => {
  test.each(storeContract)("for a pool: $name", async ({ run }) => {
    await expect(run((now) => given.migrated({ pool, now }))).resolves.toBeUndefined();
  });

  test.each(storeContract)("for a URL, without prepared statements: $name", async ({ run }) => {
    const own = new Given();
    const contract = run((now) => own.migrated({ url: server.url, prepare: false, now }));
    await expect(contract).resolves.toBeUndefined();
    await own.end();
  });
});

describe("what is asked for in one tick", () => {
  test("is looked up by one query, each id once", async () => {
    const spy = spying(pool);
    const store = await given.migrated({ pool: spy });
    const records = Array.from({ length: 20 }, (_, n) => record({ data: String(n) }));
    await Promise.all(records.map((one) => store.insert(one)));
    spy.queries.length = 0;
    const found = await Promise.all([...records, ...records].map(({ id }) => store.find(id)));
    expect(found.map((one) => one?.data)).toEqual([...records, ...records].map(({ data }) => data));
    expect(spy.queries.map(({ values }) => values?.map((ids) => (ids as Buffer).readInt32BE(12)))).toEqual([
      [20],
    ]);
  });

  test("is written by one statement of each kind", async () => {
    const spy = spying(pool);
    const store = await given.migrated({ pool: spy });
    const records = Array.from({ length: 20 }, () => record());
    await Promise.all(records.map((one) => store.insert(one)));
    expect(spy.queries.length).toBe(1);
    const updates = await Promise.all(records.map((one, n) => store.update({ ...one, version: 2 }, n % 2)));
    expect(updates).toEqual(records.map((_, n) => n % 2 === 1));
    expect(spy.queries.length).toBe(2);
    await Promise.all(records.map(({ id }) => store.delete(id)));
    expect(spy.queries.length).toBe(3);
    expect(await Promise.all(records.map(({ id }) => store.find(id)))).toEqual(records.map(() => undefined));
  });

  test("keeps of each record what it is, whatever the others of its batch are", async () => {
    const store = await given.migrated({ pool });
    const texts = ["", "NULL", "null", '"', "\\", "{}", "a,b", '{a,"b"}', "ü€😀", " "];
    const before = Array.from({ length: 40 }, () => record());
    await Promise.all(before.map((one) => store.insert(one)));
    for (let round = 0; round < 7; round++) {
      const after = before.map((one, n): SessionRecord => {
        const text = (shift: number): string =>
          `${n % 3 === 0 ? "" : n}${texts[(n + round + shift) % texts.length]}`;
        const maybe = (shift: number): string | undefined =>
          (n + round + shift) % 4 === 0 ? undefined : text(shift);
        return {
          ...one,
          version: round + 2,
          userId: maybe(0),
          lastSeenAt: one.lastSeenAt + n,
          authenticatedAt: n % 5 === 0 ? undefined : one.createdAt + n,
          idleTimeout: one.idleTimeout + n,
          absoluteExpiresAt: one.absoluteExpiresAt + n,
          expiresAt: one.expiresAt + n,
          schemaVersion: n + 1,
          data: JSON.stringify({ text: text(1) }),
          flash: maybe(1),
          device: maybe(2),
          authentication: maybe(3),
        };
      });
      expect(await Promise.all(after.map((one) => store.update(one, round + 1)))).toEqual(
        after.map(() => true),
      );
      expect(await Promise.all(after.map(({ id }) => store.find(id)))).toEqual(after);
    }
  });

  test("travels as two statements when 64 wait or more", async () => {
    const spy = spying(pool);
    const store = await given.migrated({ pool: spy });
    const statements = async (count: number): Promise<number> => {
      const before = spy.queries.length;
      await Promise.all(Array.from({ length: count }, () => store.insert(record())));
      return spy.queries.length - before;
    };
    expect([await statements(63), await statements(64), await statements(200)]).toEqual([1, 2, 2]);
  });

  test("is parsed once by each connection, under a name of its own", async () => {
    const spy = spying(pool);
    const [one, other] = [await given.migrated({ pool: spy }), await given.migrated({ pool: spy })];
    await Promise.all([one.find("a"), other.find("a")]);
    const names = spy.queries.map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => /^coatcheck_.{20}$/.test(name!))).toBe(true);
    spy.queries.length = 0;
    const unprepared = given.store({ pool: spy, prepare: false, table: freshTable() });
    await unprepared.find("a").catch(() => {});
    expect(spy.queries[0]).not.toHaveProperty("name");
  });

  test("is done one by one where a client sends binary values as text", async () => {
    const hex = (value: unknown): unknown => (Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : value);
    const plain: PostgresPool = {
      query: ({ values, ...query }) => pool.query<unknown[]>({ ...query, values: values?.map(hex) ?? [] }),
      connect: () => pool.connect(),
    };
    const store = await given.migrated({ pool: plain });
    const records = Array.from({ length: 5 }, () => record({ userId: "7" }));
    await Promise.all(records.map((one) => store.insert(one)));
    const next = records.map((one) => ({ ...one, version: 2, data: '{"a":1}' }));
    expect(await Promise.all(next.map((one) => store.update(one, 1)))).toEqual(next.map(() => true));
    expect(await Promise.all(next.map(({ id }) => store.find(id)))).toEqual(next);
    await Promise.all(next.map(({ id }) => store.delete(id)));
    expect(await store.findByUser("7")).toEqual([]);
  });

  test("does not fail because of one item that the database refuses", async () => {
    const store = await given.migrated({ pool });
    const good = Array.from({ length: 10 }, () => record({ userId: "7" }));
    const bad = record({ userId: "a\0b" });
    const inserted = await Promise.allSettled([...good, bad].map((one) => store.insert(one)));
    expect(inserted.map(({ status }) => status)).toEqual([...good.map(() => "fulfilled"), "rejected"]);
    const updated = await Promise.allSettled(
      good.map((one, n) => store.update({ ...one, version: 2, userId: n === 3 ? "a\0b" : "8" }, 1)),
    );
    expect(updated.map(({ status }) => status).indexOf("rejected")).toBe(3);
    expect((await store.findByUser("8")).length).toBe(9);
  });

  test("does not fail because of an id that is taken", async () => {
    const store = await given.migrated({ pool });
    const taken = record();
    await store.insert(taken);
    const records = [record(), taken, record()];
    const outcomes = await Promise.allSettled(records.map((one) => store.insert(one)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

test("changes no other record of a table in partitions, where two rows can have one place", async () => {
  const table = freshTable();
  const store = await given.migrated({ pool, table });
  await pool.query(`ALTER TABLE ${table} RENAME TO ${table}_model`);
  await pool.query(
    `CREATE TABLE ${table} (LIKE ${table}_model INCLUDING DEFAULTS INCLUDING GENERATED, PRIMARY KEY (id)) PARTITION BY HASH (id)`,
  );
  for (const n of [0, 1])
    await pool.query(
      `CREATE TABLE ${table}_${n} PARTITION OF ${table} FOR VALUES WITH (MODULUS 2, REMAINDER ${n})`,
    );
  const records = Array.from({ length: 20 }, (_, n) => record({ data: String(n) }));
  await Promise.all(records.map((one) => store.insert(one)));
  const next = records.slice(0, 10).map((one) => ({ ...one, version: 2, data: `next ${one.data}` }));
  expect(await Promise.all(next.map((one) => store.update(one, 1)))).toEqual(next.map(() => true));
  expect(await Promise.all(records.map(({ id }) => store.find(id)))).toEqual([...next, ...records.slice(10)]);
});

describe("arrays in the binary format", () => {
  async function elements(type: "text" | "bigint", array: Buffer): Promise<unknown[]> {
    const text = `SELECT element::text FROM unnest($1::${type}[]) WITH ORDINALITY AS a(element, n) ORDER BY n`;
    const { rows } = await pool.query<{ element: unknown }>(text, [array]);
    return rows.map(({ element }) => element);
  }

  test("are what they are made of: texts", async () => {
    const value = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(null, "", "NULL", '"', "\\", "{}"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value), async (values) => {
        const sent = values.map((one) => one?.replaceAll("\0", "") ?? null);
        expect(await elements("text", textArray(sent))).toEqual(sent);
      }),
    );
  });

  test("are what they are made of: integers", async () => {
    const edges = fc.constantFrom(
      null,
      0,
      -1,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 32,
      -(2 ** 32),
      2 ** 53 - 1,
      1 - 2 ** 53,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(edges, fc.maxSafeInteger())), async (values) => {
        const sent = values.map((one) => (one === null ? null : String(one)));
        expect(await elements("bigint", bigintArray(values))).toEqual(
          sent.map((one) => (one === "-0" ? "0" : one)),
        );
      }),
    );
  });
});

test("refuses numbers that would not come back as they are", async () => {
  const store = await given.migrated({ pool });
  for (const expiresAt of [NaN, Infinity, 2 ** 53])
    await expect(store.insert(record({ expiresAt }))).rejects.toThrow(TypeError);
});

test("refuses user ids that UTF-8 would make one", async () => {
  const store = await given.migrated({ pool });
  await expect(store.insert(record({ userId: "a\ud800" }))).rejects.toThrow(TypeError);
  await expect(store.findByUser("a\ud800")).rejects.toThrow(TypeError);
});

test("keeps tables with the same name in different schemas apart", async () => {
  await pool.query("CREATE SCHEMA other");
  const table = freshTable();
  const [one, other] = [
    await given.migrated({ pool, table }),
    await given.migrated({ pool, table: `other.${table}` }),
  ];
  const kept = record();
  await one.insert(kept);
  expect(await other.find(kept.id)).toBeUndefined();
  expect((await one.find(kept.id))?.id).toBe(kept.id);
});

test("does not write to the indexes when a visit moves the expiry within the hour", async () => {
  const table = freshTable();
  const store = await given.migrated({ pool, table });
  const hour = 4_000_000_000_000 - (4_000_000_000_000 % 3_600_000);
  const kept = record({ userId: "7", expiresAt: hour });
  await store.insert(kept);
  for (let n = 1; n <= 20; n++)
    expect(await store.update({ ...kept, version: n + 1, expiresAt: hour + n * 60_000 }, n)).toBe(true);
  await until("the statistics have arrived", async () => {
    const { rows } = await pool.query(
      `SELECT n_tup_upd::int AS updated, n_tup_hot_upd::int AS "inPlace" FROM pg_stat_user_tables WHERE relname = '${table}'`,
    );
    if (rows[0].updated < 20) return false;
    expect(rows[0]).toEqual({ updated: 20, inPlace: 20 });
    return true;
  });
});

describe("options that cannot work are refused", () => {
  test.each([
    ["nothing", undefined],
    ["neither pool nor url", {}],
    ["both", { pool: { query() {}, connect() {} }, url: "postgres://h/d" }],
    ["a pool that is none", { pool: {} }],
    ["another address", { url: "mysql://u:secret@h/d" }],
    ["an unknown option", { url: "postgres://h/d", tabel: "x" }],
    ["a table that is no name", { url: "postgres://h/d", table: 'x"; DROP TABLE users; --' }],
    ["a table with too many dots", { url: "postgres://h/d", table: "a.b.c" }],
    ["a table whose indexes would be cut off", { url: "postgres://h/d", table: "x".repeat(51) }],
    ["a clock that is none", { url: "postgres://h/d", now: 5 }],
  ])("%s", (_, options) => {
    expect(() => postgresStore(options as never)).toThrow(
      expect.objectContaining({ code: "ERR_SESSION_CONFIG", message: expect.not.stringContaining("secret") }),
    );
  });
});

test("ends the connections of its own pool, and leaves a pool that it was given open", async () => {
  const table = freshTable();
  const own = postgresStore({ url: server.url, table });
  await own.migrate();
  await own.watch(() => {});
  await own.close();
  await own.close();
  await expect(own.find("a")).rejects.toThrow("closed");
  const passed = given.store({ pool, table });
  await passed.close();
  expect((await pool.query("SELECT 1")).rows.length).toBe(1);
});

test("loads the package again where that failed, and opens no connection once it is closed", async () => {
  vi.doMock("pg", () => {
    throw new Error("EMFILE: too many open files");
  });
  const [store, closed] = [given.store({ url: server.url }), given.store({ url: server.url })];
  try {
    for (let n = 0; n < 2; n++) await expect(store.migrate()).rejects.toThrow("needs the package pg");
  } finally {
    vi.doUnmock("pg");
  }
  await store.migrate();
  const waiting = closed.find("a");
  await closed.close();
  await expect(waiting).rejects.toThrow("closed");
  await expect(closed.find("a")).rejects.toThrow("closed");
});

test("is not watched without notifications, or through a single connection", async () => {
  const silent = await given.migrated({ pool, notify: false });
  const kept = record();
  await silent.insert(kept);
  expect(await silent.update({ ...kept, version: 2 }, 1)).toBe(true);
  await silent.delete(kept.id);
  const narrow = await given.migrated({ pool: given.pool(server.url, { max: 1 }) });
  for (const store of [silent, narrow])
    await expect(store.watch(() => {})).rejects.toSatisfy((error) =>
      isSessionError(error, "ERR_SESSION_CONFIG"),
    );
});
