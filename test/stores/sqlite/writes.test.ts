import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from "vitest";
import { sqliteStore, type SqliteDatabase } from "../../../src/stores/sqlite.ts";
import type { DatabaseStore } from "../../../src/stores/store.ts";
import { testRecord } from "../../../src/testing/index.ts";
import { sqliteFolder } from "./folder.ts";
import { sqliteProcess } from "./processes.ts";

const { file } = sqliteFolder();
const record = () => testRecord({ createdAt: Date.now(), userId: "7" });

async function migrated(path = file(), options: { busyTimeout?: number } = {}) {
  const store = sqliteStore({ path, ...options });
  await store.migrate();
  return { store, path };
}

/** A real connection that notes what is executed on it, and can refuse a command. */
function overheard(
  database: DatabaseSync,
): SqliteDatabase & { executed: string[]; refused: string | undefined } {
  return {
    executed: [],
    refused: undefined,
    get isTransaction() {
      return database.isTransaction;
    },
    exec(sql) {
      this.executed.push(sql);
      if (sql === this.refused) throw new Error("disk I/O error");
      database.exec(sql);
    },
    prepare: (sql) => database.prepare(sql),
  };
}

describe("the writes of one tick", () => {
  test("share one commit, and a write that fails alone fails alone", async () => {
    const database = overheard(new DatabaseSync(file()));
    const store = sqliteStore({ database });
    await store.migrate();
    const [a, b, c] = [record(), record(), record()];
    await Promise.all([a, b].map((one) => store.insert(one)));
    database.executed.length = 0;
    const outcomes = await Promise.allSettled([
      store.insert(c),
      store.insert(a),
      store.insert({ ...record(), data: {} as string }),
      store.update({ ...a, version: 2 }, 1),
      store.delete(b.id),
      store.update({ ...b, version: 2 }, 1),
    ]);
    expect(database.executed).toEqual(["BEGIN IMMEDIATE", "COMMIT"]);
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(outcomes[5]).toMatchObject({ value: false });
    const kept = new Map((await store.findByUser("7")).map(({ id, version }) => [id, version]));
    expect(kept).toEqual(
      new Map([
        [a.id, 2],
        [c.id, 1],
      ]),
    );
  });

  test("are all refused when the commit is, and none of them is kept", async () => {
    const database = overheard(new DatabaseSync(file()));
    const store = sqliteStore({ database });
    await store.migrate();
    database.refused = "COMMIT";
    const outcomes = await Promise.allSettled([store.insert(record()), store.insert(record())]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    database.refused = undefined;
    expect(await store.findByUser("7")).toEqual([]);
    await store.insert(record());
    expect(await store.findByUser("7")).toHaveLength(1);
  });

  test("are there for another connection when they are acknowledged", async () => {
    const { store, path } = await migrated();
    const other = sqliteStore({ path });
    for (let n = 0; n < 20; n++) {
      const one = record();
      await store.insert(one);
      expect(await other.find(one.id)).toEqual(one);
      await other.delete(one.id);
      expect(await store.find(one.id)).toBeUndefined();
    }
  });

  test("are many times as fast as a commit for each", async ({ task }) => {
    const { store } = await migrated();
    const measure = async (count: number, atOnce: number): Promise<number> => {
      const records = Array.from({ length: count }, record);
      const start = performance.now();
      for (let n = 0; n < count; n += atOnce)
        await Promise.all(records.slice(n, n + atOnce).map((one) => store.insert(one)));
      return (count / (performance.now() - start)) * 1000;
    };
    const lone = await measure(200, 1);
    const together = await measure(64 * 50, 64);
    task.meta.note = `durable inserts a second: ${Math.round(lone)} one by one, ${Math.round(together)} at 64 concurrent`;
    // Nine times is usual; on a disk whose flush costs nothing it is less.
    expect(together).toBeGreaterThan(lone * 1.5);
  });
});

describe("while another process writes", () => {
  test.each<[string, (path: string) => Parameters<typeof sqliteStore>[0]]>([
    ["a connection of its own", (path) => ({ path })],
    ["a patient connection", (path) => ({ database: new DatabaseSync(path, { timeout: 5000 }) })],
  ])("the event loop goes on, reads are answered and the write follows, over %s", async (_what, source) => {
    const { path } = await migrated();
    const store = sqliteStore(source(path));
    await store.find("a");
    const locker = await sqliteProcess("lock", path, "300");
    locker.begin();
    await once(locker.child, "message");

    let [ticks, reads] = [0, 0];
    const timer = setInterval(() => {
      ticks++;
      void store.find("a").then(() => reads++);
    }, 10);
    const one = record();
    await store.insert(one);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    expect(reads).toBeGreaterThan(5);
    expect(await store.find(one.id)).toEqual(one);
    await locker.done();
  });

  test("a write gives up after busyTimeout, and is not made later", async () => {
    const { store, path } = await migrated(file(), { busyTimeout: 50 });
    const blocker = new DatabaseSync(path);
    blocker.exec("BEGIN IMMEDIATE");
    const one = record();
    await expect(store.insert(one)).rejects.toMatchObject({ errcode: 5 });
    blocker.exec("ROLLBACK");
    await store.insert(record());
    expect(await store.find(one.id)).toBeUndefined();
    blocker.close();
  });
});

describe("while the application has a transaction open on its connection", () => {
  test("nothing is written into it or read from it", async () => {
    const database = new DatabaseSync(file());
    const store = sqliteStore({ database });
    await store.migrate();
    const one = record();
    database.exec("BEGIN");
    let answered = 0;
    const asked = [
      store.insert(one),
      store.find(one.id),
      store.watch(() => {}).then((watch) => watch.stop()),
    ];
    for (const call of asked) void call.then(() => answered++);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(0);
    database.exec("ROLLBACK");
    await Promise.all(asked);
    expect(await store.find(one.id)).toEqual(one);
  });

  test("the store waits so long and no longer", async () => {
    const database = new DatabaseSync(":memory:");
    const store = sqliteStore({ database, busyTimeout: 30 });
    await store.migrate();
    database.exec("BEGIN");
    await expect(store.delete("a")).rejects.toThrow(/transaction/);
    await expect(store.find("a")).rejects.toThrow(/transaction/);
    database.exec("COMMIT");
    await store.delete("a");
    expect(await store.find("a")).toBeUndefined();
  });
});

test("a store that is being closed finishes what was asked for, and takes no more", async () => {
  const { store, path } = await migrated();
  const one = record();
  const asked = store.insert(one);
  const closed = store.close();
  await expect(store.insert(record())).rejects.toThrow("closed");
  await Promise.all([asked, closed]);
  expect(await sqliteStore({ path }).find(one.id)).toEqual(one);
});

describe("a sweep", () => {
  const CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)";
  const insertExpired = (store: DatabaseStore, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, n) => store.insert(testRecord({ id: `expired ${n}`, createdAt: 0 }))),
    );
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  const execute: unknown = Reflect.get(DatabaseSync.prototype, "exec");
  /** What is executed on any connection. */
  let executed: MockInstance<DatabaseSync["exec"]>;
  beforeEach(() => {
    executed = vi.spyOn(DatabaseSync.prototype, "exec");
  });
  afterEach(() => executed.mockRestore());

  test("has the log taken over now and then, and never in one turn with a commit", async () => {
    const { store } = await migrated();
    await insertExpired(store, 500);
    executed.mockClear();
    const turns: string[][] = [];
    const sweep = { isOver: false };
    const swept = store.deleteExpired(500).finally(() => (sweep.isOver = true));
    while (!sweep.isOver) {
      void store.insert(record());
      await nextTurn();
      turns.push(executed.mock.calls.splice(0).map(([sql]) => sql));
    }
    expect(await swept).toBe(500);
    const checkpoints = turns.filter((turn) => turn.includes(CHECKPOINT));
    expect(checkpoints.length).toBeGreaterThan(1);
    for (const turn of checkpoints) expect(turn).toEqual([CHECKPOINT]);
    await store.close();
  });

  test("leaves the log of the application's own connection to the application", async () => {
    const database = new DatabaseSync(file());
    database.exec("PRAGMA journal_mode = WAL");
    const store = sqliteStore({ database });
    await store.migrate();
    await insertExpired(store, 500);
    expect(await store.deleteExpired(500)).toBe(500);
    expect(executed.mock.calls.flat()).not.toContain(CHECKPOINT);
  });

  test("goes on when the log cannot be taken over", async () => {
    const { store } = await migrated();
    await insertExpired(store, 500);
    const refusals: string[] = [];
    executed.mockImplementation(function (this: DatabaseSync, sql) {
      if (sql !== CHECKPOINT) return Reflect.apply(execute as () => void, this, [sql]);
      refusals.push(sql);
      throw new Error("disk I/O error");
    });
    expect(await store.deleteExpired(1000)).toBe(500);
    expect(refusals.length).toBeGreaterThan(0);
    await store.close();
  });

  test("is brought to its end by a store that is being closed", async () => {
    for (let turns = 0; turns < 10; turns++) {
      const { store } = await migrated();
      await insertExpired(store, 500);
      const swept = store.deleteExpired(1000);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      await store.close();
      expect(await swept).toBe(500);
    }
  });

  test("removes as many as it was told to, in steps between which others have their turn", async () => {
    const { store } = await migrated();
    await store.insert(testRecord({ id: "living", createdAt: Date.now() }));
    await insertExpired(store, 3000);
    let turns = 0;
    const sweep = { isOver: false };
    const swept = store.deleteExpired(2500).finally(() => (sweep.isOver = true));
    while (!sweep.isOver) {
      expect(await store.find("living")).toMatchObject({ id: "living" });
      await nextTurn();
      turns++;
    }
    expect(await swept).toBe(2500);
    expect(turns).toBeGreaterThan(5);
    expect(await store.deleteExpired(0)).toBe(0);
    expect(await store.deleteExpired(1000)).toBe(500);
    expect(await store.deleteExpired(1000)).toBe(0);
    expect(await store.find("living")).toMatchObject({ id: "living" });
    await store.close();
  });
});
