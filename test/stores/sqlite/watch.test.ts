import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { SqliteConnection } from "../../../src/stores/sqlite/connection.ts";
import { SqliteChanges } from "../../../src/stores/sqlite/watch.ts";
import type { StoreChange } from "../../../src/stores/store.ts";
import { testRecord } from "../../../src/testing/index.ts";
import { sqliteFolder } from "./folder.ts";
import { sqliteProcess } from "./processes.ts";

const { file } = sqliteFolder();
const record = () => testRecord({ createdAt: Date.now() });
const soon = { timeout: 5000, interval: 2 };

/** A watched store on a file, and a bare connection to the same file. */
async function watched() {
  const path = file();
  const store = sqliteStore({ path });
  await store.migrate();
  const bare = new DatabaseSync(path);
  const changes: StoreChange[] = [];
  const watch = await store.watch((change) => changes.push(change));
  const insert = async (count: number) => {
    const records = Array.from({ length: count }, record);
    await Promise.all(records.map((one) => store.insert(one)));
    return records;
  };
  return { path, store, bare, changes, watch, insert };
}

const logged = (bare: DatabaseSync): number =>
  bare.prepare("SELECT count(*) AS n FROM coatcheck_sessions_changes").get()!["n"] as number;

test("a watcher hears of what another process removes", async () => {
  const { path, changes, insert } = await watched();
  const [kept] = await insert(1);
  const remover = await sqliteProcess("remove", path, kept!.id);
  remover.begin();
  await vi.waitFor(() => expect(changes).toEqual([{ type: "deleted", id: kept!.id }]), soon);
  await remover.done();
});

test("a watcher hears of another connection's changes within a poll, in their order", async ({ task }) => {
  const { path, changes, insert } = await watched();
  const other = sqliteStore({ path });
  const records = await insert(40);
  const waits: number[] = [];
  for (const one of records) {
    await other.update({ ...one, version: 2 }, 1);
    const start = performance.now();
    await vi.waitFor(() => expect(changes.at(-1)).toMatchObject({ id: one.id }), {
      timeout: 5000,
      interval: 1,
    });
    waits.push(performance.now() - start);
  }
  expect(changes.map((change) => "id" in change && change.id)).toEqual(records.map(({ id }) => id));
  const [median, last] = [0.5, 1].map(
    (part) => waits.toSorted((a, b) => a - b)[Math.ceil(waits.length * part) - 1]!,
  );
  task.meta.note = `from the acknowledged write to another connection's listener: median ${median!.toFixed(1)} ms, longest ${last!.toFixed(1)} ms`;
});

test("a watcher has heard of its own process's change when that is acknowledged", async () => {
  const { store, changes, insert } = await watched();
  const [kept] = await insert(1);
  await store.delete(kept!.id);
  expect(changes).toEqual([{ type: "deleted", id: kept!.id }]);
});

test("a watcher hears of rows that somebody removes by hand", async () => {
  const { bare, changes, watch, insert } = await watched();
  const [kept] = await insert(1);
  bare.exec("DELETE FROM coatcheck_sessions");
  await watch.caughtUp();
  expect(changes).toEqual([{ type: "deleted", id: kept!.id }]);
});

test("a watcher that comes later is not told of what was before", async () => {
  const { store, watch, insert } = await watched();
  await watch.stop();
  const [kept] = await insert(1);
  await store.delete(kept!.id);
  const changes: StoreChange[] = [];
  const late = await store.watch((change) => changes.push(change));
  await late.caughtUp();
  expect(changes).toEqual([]);
});

test("a listener that throws keeps nobody from hearing", async () => {
  const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
  const { store, changes, watch, insert } = await watched();
  await store.watch(() => {
    throw new Error("deaf");
  });
  const [kept] = await insert(1);
  await store.delete(kept!.id);
  await watch.caughtUp();
  expect(changes).toHaveLength(1);
  expect(complaint).toHaveBeenCalledOnce();
  complaint.mockRestore();
});

test("rows that were trimmed before they were read are told as missed, once", async () => {
  const { store, bare, changes, watch, insert } = await watched();
  const [kept] = await insert(1);
  // In one step, so that no poll comes between: as when the process was suspended.
  bare.exec("UPDATE coatcheck_sessions SET version = 2; UPDATE coatcheck_sessions SET version = 3");
  bare.exec("DELETE FROM coatcheck_sessions_changes WHERE seq < 2");
  await watch.caughtUp();
  expect(changes).toEqual([{ type: "missed" }]);
  await store.delete(kept!.id);
  await watch.caughtUp();
  expect(changes).toEqual([{ type: "missed" }, { type: "deleted", id: kept!.id }]);
});

test("a log that was emptied is told as missed", async () => {
  const { store, bare, changes, watch, insert } = await watched();
  const [kept] = await insert(1);
  await store.update({ ...kept!, version: 2 }, 1);
  bare.exec("DELETE FROM coatcheck_sessions_changes");
  await watch.caughtUp();
  expect(changes.at(-1)).toEqual({ type: "missed" });
});

test("a channel that fails rejects caughtUp, and tells missed by itself when it works again", async () => {
  const { bare, changes, watch } = await watched();
  bare.exec("ALTER TABLE coatcheck_sessions_changes RENAME TO away");
  await expect(watch.caughtUp()).rejects.toThrow(/coatcheck_sessions_changes/);
  expect(changes).toEqual([]);
  bare.exec("ALTER TABLE away RENAME TO coatcheck_sessions_changes");
  await vi.waitFor(() => expect(changes).toEqual([{ type: "missed" }]), soon);
  await watch.caughtUp();
  expect(changes).toHaveLength(1);
});

test("a connection that the application has closed under a watch throws at nobody's timer", async () => {
  const database = new DatabaseSync(file());
  await sqliteStore({ database }).migrate();
  const connection = new SqliteConnection({
    given: database,
    open: () => undefined,
    table: "coatcheck_sessions",
    busyTimeout: 0,
  });
  const changes = new SqliteChanges(connection);
  const watch = await changes.watch(() => {});
  database.close();
  expect(() => changes.poll()).not.toThrow();
  await expect(watch.caughtUp()).rejects.toThrow("not open");
  changes.close();
});

test("changes older than a minute leave the log, younger ones and the last one stay", async () => {
  const { store, bare, changes, watch, insert } = await watched();
  const records = await insert(300);
  await Promise.all(records.map((one) => store.update({ ...one, version: 2 }, 1)));
  await insert(300);
  expect(logged(bare)).toBe(300);
  bare.exec("UPDATE coatcheck_sessions_changes SET at = at - 61000 WHERE seq <= 200");
  await insert(300);
  expect(logged(bare)).toBe(100);
  bare.exec("UPDATE coatcheck_sessions_changes SET at = at - 61000");
  await insert(300);
  expect(logged(bare)).toBe(1);
  await watch.caughtUp();
  expect(changes).not.toContainEqual({ type: "missed" });
});
