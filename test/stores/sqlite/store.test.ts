import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test, vi } from "vitest";
import { isSessionError } from "../../../src/core/errors.ts";
import { sqliteStore, type SqliteStoreOptions } from "../../../src/stores/sqlite.ts";
import { storeContract, testRecord } from "../../../src/testing/index.ts";
import { sqliteFolder } from "./folder.ts";

const { folder, file } = sqliteFolder();

const sources: [string, () => { path: string } | { database: DatabaseSync }][] = [
  ["a file", () => ({ path: file() })],
  ["memory", () => ({ path: ":memory:" })],
  ["the application's connection", () => ({ database: new DatabaseSync(file(), { readBigInts: true }) })],
];

describe.each(sources)("a SQLite store over %s", (_where, source) => {
  test.each(storeContract)("$name", async ({ run }) => {
    const make = async (now: () => number) => {
      const store = sqliteStore({ ...source(), now });
      await store.migrate();
      return store;
    };
    await expect(run(make)).resolves.toBeUndefined();
  });
});

describe("a SQLite store that was not migrated", () => {
  test.each(sources)("says to call migrate(), over %s", async (_where, source) => {
    const store = sqliteStore(source());
    const calls = [
      () => store.find("a"),
      () => store.insert(testRecord({ createdAt: 0 })),
      () => store.update(testRecord({ createdAt: 0 }), 1),
      () => store.delete("a"),
      () => store.findByUser("a"),
      () => store.deleteByUser("a"),
      () => store.deleteExpired(1),
      () => store.watch(() => {}),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(/call `await store.migrate\(\)`/);
  });

  test("touches no file, and works once somebody else has migrated", async () => {
    const path = join(folder, "deep/er/app.db");
    const [early, other] = [sqliteStore({ path }), sqliteStore({ path })];
    await expect(early.find("a")).rejects.toThrow(/migrate/);
    expect(existsSync(path)).toBe(false);
    await other.migrate();
    expect(await early.find("a")).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  });
});

describe("wrong options of a SQLite store are refused:", () => {
  test.each<[string, object]>([
    ["neither path nor database", {}],
    ["both", { path: "a.db", database: new DatabaseSync(":memory:") }],
    ["an empty path", { path: "" }],
    ["a URI", { path: "file:a.db" }],
    ["no database", { database: {} }],
    ["a table that is no identifier", { path: "a.db", table: 'a"; DROP TABLE users; --' }],
    ["a table of SQLite's own", { path: "a.db", table: "sqlite_sessions" }],
    ["a negative wait", { path: "a.db", busyTimeout: -1 }],
    ["no clock", { path: "a.db", now: 5 }],
    ["an unknown option", { path: "a.db", tabel: "a" }],
  ])("%s", (_what, options) => {
    expect(() => sqliteStore(options as SqliteStoreOptions)).toThrow(
      expect.toSatisfy((error) => isSessionError(error, "ERR_SESSION_CONFIG")),
    );
  });

  describe("a path on a runtime", () => {
    afterEach(() => void vi.restoreAllMocks());

    test("without node:sqlite", () => {
      vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
      expect(() => sqliteStore({ path: "a.db" })).toThrow(/Node 22.13/);
      expect(() => sqliteStore({ database: new DatabaseSync(":memory:") })).not.toThrow();
    });
  });
});

describe("check of a SQLite store", () => {
  test("finds nothing wrong with a fresh file", async () => {
    const store = sqliteStore({ path: file() });
    await store.migrate();
    const findings = await store.check();
    expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(findings).toHaveLength(5);
  });

  test("names what is wrong with the application's connection, and how to mend it", async () => {
    const path = file();
    const database = new DatabaseSync(path);
    chmodSync(path, 0o644);
    database.exec("PRAGMA synchronous = NORMAL");
    const findings = await sqliteStore({ database }).check();
    const wrong = findings.filter(({ level }) => level !== "ok");
    expect(wrong.map(({ level, fix }) => [level, fix])).toEqual([
      ["error", expect.stringContaining("migrate()")],
      ["warning", "Run PRAGMA journal_mode = WAL once."],
      ["error", expect.stringContaining("synchronous = FULL")],
      ["warning", `chmod o-rwx ${path}`],
    ]);
  });

  test("says that memory ends with the process", async () => {
    const store = sqliteStore({ path: ":memory:" });
    await store.migrate();
    expect((await store.check()).map(({ level }) => level)).toEqual(["ok", "warning"]);
  });
});

describe("close of a SQLite store", () => {
  test("lets what is under way be kept, and refuses what comes later", async () => {
    const path = file();
    const store = sqliteStore({ path });
    await store.migrate();
    const record = testRecord({ createdAt: Date.now() });
    const written = store.insert(record);
    await store.close();
    await expect(written).resolves.toBeUndefined();
    await expect(store.find(record.id)).rejects.toThrow(/closed/);
    await expect(store.delete(record.id)).rejects.toThrow(/closed/);
    await store.close();
    expect(await sqliteStore({ path }).find(record.id)).toEqual(record);
    // The last connection has gone, and with it the files of the log.
    expect(existsSync(path)).toBe(true);
  });

  test("leaves the application's connection open", async () => {
    const database = new DatabaseSync(":memory:");
    const store = sqliteStore({ database });
    await store.migrate();
    await store.close();
    expect(database.isOpen).toBe(true);
  });
});
