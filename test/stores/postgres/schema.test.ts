import { readFileSync } from "node:fs";
import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isSessionError } from "../../../src/core/errors.ts";
import { POSTGRES_SCHEMA_VERSION, postgresSteps } from "../../../src/stores/postgres/schema.ts";
import { postgresTable } from "../../../src/stores/postgres/table.ts";
import type { StoreFinding } from "../../../src/stores/store.ts";
import { startPostgres } from "../../support/postgres.ts";
import type { TestServer } from "../../support/server.ts";
import { freshTable, Given, record } from "./given.ts";

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

const troubles = (findings: readonly StoreFinding[]): StoreFinding[] =>
  findings.filter(({ level }) => level !== "ok");

test("migrates on four nodes at once, and again, without harm to what is kept", async () => {
  const table = freshTable();
  const stores = Array.from({ length: 4 }, () => given.store({ pool: given.pool(server.url), table }));
  await Promise.all(stores.map((store) => store.migrate()));
  const kept = record();
  await stores[0]!.insert(kept);
  await Promise.all(stores.map((store) => store.migrate()));
  expect(await stores[1]!.find(kept.id)).toEqual(kept);
  const { rows } = await pool.query(`SELECT version FROM ${table}_version`);
  expect(rows).toEqual([{ version: POSTGRES_SCHEMA_VERSION }]);
});

test("brings an older schema up to date and keeps what is in it", async () => {
  const table = postgresTable(freshTable());
  await pool.query(`CREATE TABLE ${table.version} (version integer NOT NULL)`);
  await pool.query(`INSERT INTO ${table.version} VALUES (1)`);
  for (const statement of postgresSteps(table)[0]!) await pool.query(statement);
  await pool.query(`INSERT INTO ${table.quoted} (id, version, user_id, created_at, last_seen_at, idle_timeout, absolute_expires_at,
    expires_at, schema_version, data) VALUES ('old', 1, '7', 1, 1, 1800, 4000000000000, 4000000000000, 1, '{"userId":7}')`);
  const store = given.store({ pool, table: table.name });
  await store.migrate();
  expect(await store.find("old")).toMatchObject({ userId: "7", authentication: undefined });
  expect(troubles(await store.check())).toEqual([]);
});

test("leaves nothing behind when a migration fails", async () => {
  const table = freshTable();
  await pool.query(`CREATE VIEW ${table} AS SELECT 1`);
  const store = given.store({ pool, table });
  await expect(store.migrate()).rejects.toThrow("already exists");
  expect((await pool.query(`SELECT to_regclass('${table}_version') AS there`)).rows).toEqual([
    { there: null },
  ]);
});

test("refuses a table that a newer version has migrated", async () => {
  const table = freshTable();
  const store = await given.migrated({ pool, table });
  await pool.query(`UPDATE ${table}_version SET version = version + 1`);
  await expect(store.migrate()).rejects.toSatisfy((error) => isSessionError(error, "ERR_SESSION_CONFIG"));
  expect(troubles(await store.check())).toMatchObject([
    { level: "error", fix: expect.stringContaining("newer") },
  ]);
});

test("says that migrate() has to be called where it was not", async () => {
  const store = given.store({ pool, table: freshTable() });
  for (const call of [() => store.find("a"), () => store.insert(record()), () => store.deleteExpired(1)])
    await expect(call()).rejects.toThrow("migrate()");
  expect(troubles(await store.check())).toMatchObject([
    { level: "error", fix: expect.stringContaining("migrate()") },
  ]);
});

test("documents the statements that it runs", () => {
  const documented = readFileSync(new URL("../../../docs/sql.md", import.meta.url), "utf8");
  const table = postgresTable("coatcheck_sessions");
  for (const statement of postgresSteps(table).flat()) expect(documented).toContain(`${statement};\n`);
  expect(documented).toContain(`INSERT INTO ${table.version} VALUES (${POSTGRES_SCHEMA_VERSION});\n`);
});

test("uses its indexes for users and for the sweep", async () => {
  const table = freshTable();
  await given.migrated({ pool, table });
  const client = await pool.connect();
  await client.query("BEGIN; SET LOCAL enable_seqscan = off");
  const plan = async (where: string): Promise<string> =>
    JSON.stringify((await client.query(`EXPLAIN SELECT id FROM ${table} WHERE ${where}`)).rows);
  expect(await plan("user_id = '7' AND expires_at > 5")).toContain(`${table}_user_id`);
  expect(await plan("expires_hour <= 5::bigint / 3600000 AND expires_at <= 5")).toContain(
    `${table}_expires_hour`,
  );
  expect(await plan("id = ANY('{a,b}'::text[])")).toContain(`${table}_pkey`);
  await client.query("ROLLBACK");
  client.release();
});

test("finds nothing to object to in a server as it should be", async () => {
  const findings = await (await given.migrated({ pool })).check();
  expect(troubles(findings)).toEqual([]);
  expect(findings.length).toBeGreaterThan(4);
});

test("finds commits that are not durable, a clock that is wrong, and a pool without a listener", async () => {
  const careless = given.pool(server.url, { options: "-c synchronous_commit=off" });
  careless.removeAllListeners("error");
  const store = await given.migrated({ pool: careless, now: () => Date.now() - 60_000 });
  expect(troubles(await store.check())).toMatchObject([
    { level: "error", fix: "Set synchronous_commit = on." },
    { level: "warning", message: expect.stringContaining("60.0 s ahead") },
    { level: "warning", message: expect.stringContaining("listener") },
  ]);
});

test("finds settings of a server that forgets", async () => {
  const forgetful = await startPostgres({ fsync: "off", full_page_writes: "off" });
  const own = new Given();
  try {
    const store = await own.migrated({ url: forgetful.url });
    expect(troubles(await store.check())).toMatchObject([
      { level: "error", fix: "Set fsync = on, full_page_writes = on." },
    ]);
  } finally {
    await own.end();
    await forgetful.stop();
  }
});
