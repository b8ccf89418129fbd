import { afterAll, beforeAll, expect, test } from "vitest";
import type { DatabaseStore, SessionRecord } from "../../../src/stores/store.ts";
import { startPostgres } from "../../support/postgres.ts";
import type { TestServer } from "../../support/server.ts";
import { freshTable, Given, record, spying, type SpyingPool } from "./given.ts";

const given = new Given();
let server: TestServer;

beforeAll(async () => {
  // Soon, so that a deadlock is found out within the time of a test.
  server = await startPostgres({ deadlock_timeout: "100ms", log_lock_waits: "on" });
});

afterAll(async () => {
  await given.end();
  await server.stop();
});

/** Two nodes: two stores over two pools and one table. */
async function nodes(): Promise<[DatabaseStore, DatabaseStore]> {
  const table = freshTable();
  const node = (): Promise<DatabaseStore> => given.migrated({ pool: given.pool(server.url), table });
  return [await node(), await node()];
}

test("loses none of many increments on two nodes", async () => {
  const [one, two] = await nodes();
  const kept = record({ data: "0" });
  await one.insert(kept);
  const increment = async (store: DatabaseStore): Promise<void> => {
    for (;;) {
      const current = (await store.find(kept.id))!;
      const next = { ...current, version: current.version + 1, data: String(Number(current.data) + 1) };
      if (await store.update(next, current.version)) return;
    }
  };
  await Promise.all(Array.from({ length: 100 }, (_, n) => increment(n % 2 === 0 ? one : two)));
  expect(await one.find(kept.id)).toMatchObject({ data: "100", version: 101 });
});

test("does not deadlock when two nodes write the same records in opposite orders", async () => {
  const table = freshTable();
  // As in a large table, where the order of the rows is not that of the table.
  const options = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";
  const pool = (): SpyingPool => spying(given.pool(server.url, { options }));
  const pools = [pool(), pool()] as const;
  const one = await given.migrated({ pool: pools[0], table });
  const two = await given.migrated({ pool: pools[1], table });
  const records = Array.from({ length: 50 }, () => record());
  await Promise.all(records.map((kept) => one.insert(kept)));
  const versions = new Map(records.map(({ id }) => [id, 1]));
  const writeAll = (store: DatabaseStore, list: readonly SessionRecord[]) =>
    Promise.all(
      list.map(async (kept) => {
        const version = versions.get(kept.id)!;
        return (await store.update({ ...kept, version: version + 1 }, version)) ? kept.id : undefined;
      }),
    );
  for (let round = 0; round < 40; round++) {
    const won = (await Promise.all([writeAll(one, records), writeAll(two, records.toReversed())])).flat();
    // Of two updates of one version, one has won.
    expect(won.filter((id) => id !== undefined).toSorted()).toEqual(records.map(({ id }) => id).toSorted());
    for (const id of won) if (id !== undefined) versions.set(id, versions.get(id)! + 1);
  }
  expect(pools.map(({ errors }) => errors)).toEqual([[], []]);
});

test.each([
  ["of a few sessions", 50, true],
  ["of some hundred sessions", 300, true],
  ["of some hundred sessions, of which one node prepares no statement", 300, false],
])(
  "does not deadlock in a table %s, while others revoke, whatever the planner chooses",
  async (_what, rows, prepare) => {
    const table = freshTable();
    const pools = [spying(given.pool(server.url)), spying(given.pool(server.url))] as const;
    const one = await given.migrated({ pool: pools[0], table });
    const two = await given.migrated({ pool: pools[1], table, prepare });
    const records = Array.from({ length: rows }, (_, n) => record({ userId: String(n % 5) }));
    const insertAll = (list: readonly SessionRecord[]) =>
      Promise.all(list.map((kept) => one.insert(kept).catch(() => {})));
    await insertAll(records);
    const hot = records.slice(0, 40);
    const end = Date.now() + 2500;
    async function update(store: DatabaseStore): Promise<void> {
      for (let shift = 1; Date.now() < end; shift++) {
        // In an order that is never the same.
        const list = hot.map((_, n) => hot[(n * 7 + shift * 11) % hot.length]!);
        const found = await Promise.all(list.map(({ id }) => store.find(id)));
        await Promise.all(
          found.map((kept) => kept && store.update({ ...kept, version: kept.version + 1 }, kept.version)),
        );
      }
    }
    async function revoke(): Promise<void> {
      for (let n = 0; Date.now() < end; n++) {
        const userId = String(n % 5);
        await two.deleteByUser(userId);
        await insertAll(records.filter((kept) => kept.userId === userId));
      }
    }
    await Promise.all([update(one), update(one), update(two), update(two), revoke()]);
    expect(pools.map(({ errors }) => errors)).toEqual([[], []]);
  },
);

test("tries again when PostgreSQL has ended a deadlock with somebody else", async () => {
  const table = freshTable();
  const pool = given.pool(server.url);
  const spy = spying(pool);
  const store = await given.migrated({ pool: spy, table });
  const [first, second] = [record({ id: "a" }), record({ id: "b" })];
  await Promise.all([store.insert(first), store.insert(second)]);
  const other = await pool.connect();
  await other.query(`BEGIN; SET LOCAL deadlock_timeout = '10s'`);
  await other.query(`SELECT FROM ${table} WHERE id = 'b' FOR UPDATE`);
  // It locks a and waits for b; then the other wants a.
  const updates = Promise.all([first, second].map((kept) => store.update({ ...kept, version: 2 }, 1)));
  await waiting(pool);
  await other.query(`SELECT FROM ${table} WHERE id = 'a' FOR UPDATE`);
  await other.query("COMMIT");
  other.release();
  expect(await updates).toEqual([true, true]);
  // The second attempt can get in ahead of the other as well.
  expect(new Set(spy.errors)).toEqual(new Set(["40P01"]));
});

test("a sweep leaves what another node is sweeping to it", async () => {
  const table = freshTable();
  const pool = given.pool(server.url);
  const store = await given.migrated({ pool, table });
  const dead = [record({ id: "a", expiresAt: 1 }), record({ id: "b", expiresAt: 1 })];
  await Promise.all(dead.map((one) => store.insert(one)));
  const other = await pool.connect();
  await other.query("BEGIN");
  await other.query(`SELECT FROM ${table} WHERE id = 'a' FOR UPDATE`);
  expect(await store.deleteExpired(10)).toBe(1);
  await other.query("ROLLBACK");
  other.release();
  expect(await store.deleteExpired(10)).toBe(1);
});

test("deleteByUser reaches a session whose token was replaced after its statement began", async () => {
  const table = freshTable();
  const pool = given.pool(server.url);
  const spy = spying(pool);
  const store = await given.migrated({ pool: spy, table });
  const node = await given.migrated({ pool: given.pool(server.url), table });
  const [old, next] = [record({ userId: "7" }), record({ userId: "7" })];
  await store.insert(old);
  const other = await pool.connect();
  await other.query("BEGIN");
  await other.query(`SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [old.id]);
  spy.queries.length = 0;
  const removing = store.deleteByUser("7");
  await waiting(pool);
  await node.insert(next);
  await other.query(`UPDATE ${table} SET successor = $1, version = 2 WHERE id = $2`, [next.id, old.id]);
  await other.query("COMMIT");
  other.release();
  expect(await removing).toBe(2);
  expect(await store.findByUser("7")).toEqual([]);
  expect(spy.queries).toHaveLength(2 + 1);
});

test("deleteByUser takes one statement where every successor is removed too, or kept on purpose", async () => {
  for (const notify of [true, false]) {
    const spy = spying(given.pool(server.url));
    const store = await given.migrated({ pool: spy, notify });
    for (const exceptId of [undefined, "b"]) {
      const pair = [record({ id: "a", userId: "7", successor: "b" }), record({ id: "b", userId: "7" })];
      await Promise.all(pair.map((one) => store.insert(one)));
      spy.queries.length = 0;
      expect(await store.deleteByUser("7", exceptId)).toBe(exceptId === undefined ? 2 : 1);
      expect(spy.queries).toHaveLength(1);
    }
  }
});

/** Resolves when some connection waits for a lock. */
async function waiting(pool: ReturnType<Given["pool"]>): Promise<void> {
  for (;;) {
    const { rows } = await pool.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    if (rows.length > 0) return;
  }
}
