import type { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DatabaseStore, StoreChange } from "../../../src/stores/store.ts";
import { startPostgres } from "../../support/postgres.ts";
import { until } from "../../support/processes.ts";
import type { TestServer } from "../../support/server.ts";
import { freshTable, Given, record, spying } from "./given.ts";

const given = new Given();
let server: TestServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await given.end();
  await server.stop();
});

interface Node {
  readonly store: DatabaseStore;
  readonly pool: Pool;
}

/** Nodes over one table, each with connections of its own. */
async function nodes<const N extends readonly unknown[]>(...names: N): Promise<{ [K in keyof N]: Node }> {
  const table = freshTable();
  const made: Node[] = [];
  for (const _ of names) {
    const pool = given.pool(server.url);
    made.push({ pool, store: await given.migrated({ pool, table }) });
  }
  return made as { [K in keyof N]: Node };
}

test("tells of what another node changes, once it is committed, in order", async () => {
  const [one, two] = await nodes("one", "two");
  const changes: StoreChange[] = [];
  const watch = await two.store.watch((change) => changes.push(change));
  const kept = Array.from({ length: 3 }, () => record({ userId: "7" }));
  await Promise.all(kept.map((each) => one.store.insert(each)));
  expect(await one.store.update({ ...kept[0]!, version: 2 }, 1)).toBe(true);
  // Nothing has happened here, so nothing is told.
  expect(await one.store.update({ ...kept[0]!, version: 2 }, 1)).toBe(false);
  await one.store.delete("nobody's");
  await one.store.delete(kept[1]!.id);
  await one.store.deleteByUser("7", kept[2]!.id);
  await watch.caughtUp();
  expect(changes).toEqual([
    { type: "updated", id: kept[0]!.id, version: 2 },
    { type: "deleted", id: kept[1]!.id },
    { type: "deleted", id: kept[0]!.id },
  ]);
});

test("tells of every one of many removals at once", async () => {
  const [one, two] = await nodes("one", "two");
  const gone = new Set<string>();
  const watch = await two.store.watch((change) => change.type === "deleted" && gone.add(change.id));
  const mine = Array.from({ length: 450 }, () => record({ userId: "7" }));
  const dead = Array.from({ length: 450 }, () => record({ expiresAt: 1 }));
  await Promise.all([...mine, ...dead].map((each) => one.store.insert(each)));
  expect(await one.store.deleteByUser("7")).toBe(450);
  expect(await one.store.deleteExpired(1000)).toBe(450);
  await watch.caughtUp();
  expect(gone).toEqual(new Set([...mine, ...dead].map(({ id }) => id)));
});

test("tells of every one of many updates at once, however large their versions", async () => {
  const table = freshTable();
  const spy = spying(given.pool(server.url));
  const store = await given.migrated({ pool: spy, table });
  const told = new Set<string>();
  const watch = await store.watch((change) => change.type === "updated" && told.add(change.id));
  const kept = Array.from({ length: 300 }, () => record({ version: Number.MAX_SAFE_INTEGER - 1 }));
  await Promise.all(kept.map((each) => store.insert(each)));
  const updates = kept.map((each) => store.update({ ...each, version: each.version + 1 }, each.version));
  expect((await Promise.all(updates)).every(Boolean)).toBe(true);
  await watch.caughtUp();
  expect(told.size).toBe(300);
  // A notification that is too long would be refused.
  expect(spy.errors).toEqual([]);
});

test("a listener that throws does not keep others from hearing", async () => {
  const [{ store }] = await nodes("one");
  const changes: StoreChange[] = [];
  const error = console.error;
  const complaints: unknown[] = [];
  console.error = (...args: unknown[]) => complaints.push(args);
  try {
    const bad = await store.watch(() => {
      throw new Error("mine");
    });
    const watch = await store.watch((change) => changes.push(change));
    const kept = record();
    await store.insert(kept);
    await store.delete(kept.id);
    await watch.caughtUp();
    expect([changes.length, complaints.length]).toEqual([1, 1]);
    await bad.stop();
  } finally {
    console.error = error;
  }
});

// Any role of the database may send them.
test.each([
  "anything",
  "",
  "null",
  "7",
  "[]",
  "{}",
  '{"updated":{"id":3}}',
  '{"updated":[1]}',
  '{"updated":[["id"]]}',
  '{"updated":[[3,3]]}',
  '{"updated":[["id","3"]]}',
  '{"updated":null,"deleted":["id"]}',
  '{"deleted":1}',
  '{"deleted":"id"}',
  '{"deleted":[{"id":3}]}',
  '{"updated":[["id",3]],"deleted":[7]}',
  '{"proof":{}}',
])("takes the message %s, which no store sends, for something missed, and goes on hearing", async (text) => {
  const table = freshTable();
  const pool = given.pool(server.url);
  const store = await given.migrated({ pool, table });
  const changes: StoreChange[] = [];
  const watch = await store.watch((change) => changes.push(change));
  await pool.query("SELECT pg_notify($1, $2)", [table, text]);
  await until("it is told", () => changes.length > 0);
  const kept = record();
  await store.insert(kept);
  await store.delete(kept.id);
  await watch.caughtUp();
  expect(changes).toEqual([{ type: "missed" }, { type: "deleted", id: kept.id }]);
});

test("uses one connection for any number of watches, and gives it back with the last", async () => {
  const [{ store, pool }] = await nodes("one");
  const watches = await Promise.all(Array.from({ length: 5 }, () => store.watch(() => {})));
  await Promise.all(watches.map((watch) => watch.caughtUp()));
  expect([pool.totalCount, pool.idleCount]).toEqual([1, 0]);
  await Promise.all(watches.map((watch) => watch.stop()));
  await until("the connection is closed", () => pool.totalCount === 0);
  await expect(watches[0]!.caughtUp()).rejects.toThrow("stopped");
});

test("tells that something was missed after its connection was ended, and hears again", async () => {
  const [one, two] = await nodes("one", "two");
  const changes: StoreChange[] = [];
  const watch = await two.store.watch((change) => changes.push(change));
  const kept = record();
  await one.store.insert(kept);
  await one.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
  );
  await until("it is told", () => changes.length > 0);
  expect(changes).toEqual([{ type: "missed" }]);
  await one.store.delete(kept.id).catch(() => one.store.delete(kept.id));
  await watch.caughtUp();
  expect(changes.at(-1)).toEqual({ type: "deleted", id: kept.id });
});

test("how long a revocation takes to arrive", { timeout: 20_000 }, async ({ task }) => {
  const [one, two] = await nodes("one", "two");
  let heard: (() => void) | undefined;
  await two.store.watch(() => heard?.());
  const times: number[] = [];
  for (let n = 0; n < 200; n++) {
    const kept = record();
    await one.store.insert(kept);
    const arrived = new Promise<void>((resolve) => (heard = resolve));
    await one.store.delete(kept.id);
    const start = performance.now();
    await arrived;
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [median, p99] = [times[100]!, times[197]!];
  task.meta.note = `PostgreSQL: a revocation reaches another node ${median.toFixed(2)} ms after its acknowledgement (median), p99 ${p99.toFixed(2)} ms`;
  expect(p99).toBeLessThan(100);
});
