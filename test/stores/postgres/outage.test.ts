import { afterAll, beforeAll, expect, test } from "vitest";
import type { DatabaseStore, SessionRecord, StoreChange } from "../../../src/stores/store.ts";
import { startPostgres } from "../../support/postgres.ts";
import { until } from "../../support/processes.ts";
import type { TestServer } from "../../support/server.ts";
import { freshTable, Given, record } from "./given.ts";

const given = new Given();
let server: TestServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await given.end();
  await server.stop();
});

/** How many milliseconds something took that was to fail. */
async function failing(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await expect(call()).rejects.toBeInstanceOf(Error);
  return performance.now() - start;
}

/** Writes until it is stopped, and notes what was acknowledged: each id with its record, `undefined` when it is gone. */
function load(store: DatabaseStore) {
  const acknowledged = new Map<string, SessionRecord | undefined>();
  const stopping = new AbortController();
  const workers = Array.from({ length: 8 }, async () => {
    for (let n = 0; !stopping.signal.aborted; n++) {
      const kept = record({ data: "1" });
      const next = { ...kept, version: 2, data: "2" };
      try {
        await store.insert(kept);
        if (n % 3 === 0) acknowledged.set(kept.id, kept);
        if (n % 3 === 0) continue;
        if (!(await store.update(next, 1))) throw new Error("The record was lost.");
        if (n % 3 === 1) acknowledged.set(kept.id, next);
        if (n % 3 === 1) continue;
        await store.delete(kept.id);
        acknowledged.set(kept.id, undefined);
      } catch (error) {
        // What is under way while the server goes down may fail.
        if (!stopping.signal.aborted) throw error;
      }
    }
  });
  return {
    acknowledged,
    stop: async (): Promise<void> => {
      stopping.abort();
      await Promise.all(workers);
    },
  };
}

test("goes on after the server was killed, with everything that it had acknowledged", async () => {
  const store = await given.migrated({ url: server.url });
  const changes: StoreChange[] = [];
  const watch = await store.watch((change) => changes.push(change));
  const { acknowledged, stop } = load(store);
  await until("there is something to lose", () => acknowledged.size > 200);
  const stopped = stop();
  await server.kill();
  await stopped;
  await failing(() => store.find("a"));
  await failing(() => watch.caughtUp());

  await server.start();
  await until("it is told what was missed", () => changes.some(({ type }) => type === "missed"));
  await watch.caughtUp();
  for (const [id, kept] of acknowledged) expect(await store.find(id)).toEqual(kept);
  const kept = record();
  await store.insert(kept);
  await store.delete(kept.id);
  await watch.caughtUp();
  expect(changes.at(-1)).toEqual({ type: "deleted", id: kept.id });
});

test("gives connections up that do not answer, and has others when the server does", async () => {
  const pool = given.pool(server.url, { max: 3 });
  const store: DatabaseStore = await given.migrated({ pool, table: freshTable() });
  const watch = await store.watch(() => {});
  const kept = record();
  await store.insert(kept);
  let removed = 0;
  pool.on("remove", () => removed++);
  server.pause();
  try {
    const [lookup, proof] = await Promise.all([
      failing(() => store.find(kept.id)),
      failing(() => watch.caughtUp()),
    ]);
    expect(Math.max(lookup, proof)).toBeLessThan(3000);
    await until("their connections are given up", () => removed >= 2);
  } finally {
    server.resume();
  }
  const start = performance.now();
  await until("it answers", async () => (await store.find(kept.id).catch(() => undefined))?.id === kept.id);
  await until("it is heard of", () =>
    watch.caughtUp().then(
      () => true,
      () => false,
    ),
  );
  expect(performance.now() - start).toBeLessThan(2000);
});

test("rejects watching and everything else while there is no server, and works when there is", async () => {
  await server.kill();
  const store = given.store({ url: server.url, table: freshTable() });
  for (const call of [() => store.watch(() => {}), () => store.migrate(), () => store.find("a")])
    expect(await failing(call)).toBeLessThan(2500);
  expect((await store.check()).map(({ level }) => level)).toEqual(["error"]);
  await server.start();
  await store.migrate();
  const watch = await store.watch(() => {});
  await watch.caughtUp();
});

test("a watch hears again also when others have tried to watch in vain meanwhile", async () => {
  const store = await given.migrated({ pool: given.pool(server.url), table: freshTable() });
  const changes: StoreChange[] = [];
  const watch = await store.watch((change) => changes.push(change));
  await server.kill();
  await until("the connection is known to be lost", () =>
    watch.caughtUp().then(
      () => false,
      () => true,
    ),
  );
  await expect(store.watch(() => {})).rejects.toBeInstanceOf(Error);
  await expect(store.watch(() => {})).rejects.toBeInstanceOf(Error);
  await server.start();
  await until("it is told", () => changes.length > 0);
  expect(changes).toEqual([{ type: "missed" }]);
  await watch.stop();
});
