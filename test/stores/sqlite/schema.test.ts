import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { SCHEMA_VERSION, schemaSteps, versionTable } from "../../../src/stores/sqlite/schema.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { testRecord } from "../../../src/testing/index.ts";
import { sqliteFolder } from "./folder.ts";
import { sqliteProcess } from "./processes.ts";

const { file } = sqliteFolder();

test("migrate of four processes at once makes one schema", async () => {
  const path = file();
  const processes = await Promise.all(Array.from({ length: 4 }, () => sqliteProcess("migrate", path, "10")));
  for (const { begin } of processes) begin();
  await Promise.all(processes.map(({ done }) => done()));
  for (let n = 0; n < 10; n++) {
    const store = sqliteStore({ path: `${path}.${n}` });
    expect((await store.check()).filter(({ level }) => level !== "ok")).toEqual([]);
    await store.close();
    const database = new DatabaseSync(`${path}.${n}`);
    expect(database.prepare("SELECT count(*) AS n FROM coatcheck_sessions_version").get()).toEqual({ n: 1 });
    database.close();
  }
});

test("migrate leaves what is kept, and tables of other names alone", async () => {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE users (id)");
  const [first, second] = [sqliteStore({ database, table: "a" }), sqliteStore({ database, table: "B" })];
  await Promise.all([first.migrate(), second.migrate()]);
  const record = testRecord({ createdAt: Date.now() });
  await first.insert(record);
  await first.migrate();
  expect(await first.find(record.id)).toEqual(record);
  expect(await second.find(record.id)).toBeUndefined();
  expect(database.prepare("SELECT count(*) AS n FROM users").get()).toEqual({ n: 0 });
});

test("migrate brings an older schema up to date and keeps what is in it", async () => {
  const database = new DatabaseSync(":memory:");
  database.exec(versionTable("coatcheck_sessions") + schemaSteps("coatcheck_sessions")[0]!);
  database.exec("INSERT INTO coatcheck_sessions_version (version) VALUES (1)");
  database.exec(`INSERT INTO coatcheck_sessions (id, version, user_id, created_at, last_seen_at, idle_timeout, absolute_expires_at,
    expires_at, schema_version, data) VALUES ('old', 1, '7', 1, 1, 1800, 4000000000000, 4000000000000, 1, '{"userId":7}')`);
  const store = sqliteStore({ database });
  await expect(store.find("old")).rejects.toThrow(/migrate/);
  await store.migrate();
  expect(await store.find("old")).toMatchObject({ userId: "7", authentication: undefined });
  expect((await store.check()).filter(({ level }) => level === "error")).toEqual([]);
});

test("migrate that fails leaves nothing behind", async () => {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE coatcheck_sessions_changes (other)");
  const store = sqliteStore({ database });
  await expect(store.migrate()).rejects.toThrow(/already exists/);
  expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([
    { name: "coatcheck_sessions_changes" },
  ]);
});

test("a schema newer than this code is refused by everything", async () => {
  const path = file();
  const store = sqliteStore({ path });
  await store.migrate();
  const database = new DatabaseSync(path);
  database.exec(`UPDATE coatcheck_sessions_version SET version = ${SCHEMA_VERSION + 1}`);
  const old = sqliteStore({ path });
  await expect(old.migrate()).rejects.toThrow(/newer coatcheck/);
  await expect(old.find("a")).rejects.toThrow(/newer coatcheck/);
  await expect(old.insert(testRecord({ createdAt: 0 }))).rejects.toThrow(/newer coatcheck/);
  expect((await old.check())[0]).toMatchObject({ level: "error" });
  database.close();
});

test("the SQL in the documentation is what migrate runs", () => {
  const text = readFileSync(new URL("../../../docs/sql.md", import.meta.url), "utf8");
  for (const sql of [versionTable("coatcheck_sessions"), ...schemaSteps("coatcheck_sessions")])
    expect(text).toContain(sql);
  expect(text).toContain(`INSERT INTO "coatcheck_sessions_version" (version) VALUES (${SCHEMA_VERSION});`);
});
