import type { RedisClientType } from "redis";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startRedis } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import type { DatabaseStore, SessionRecord } from "../../../src/stores/store.ts";
import { connectionOf } from "../../../src/stores/redis/client.ts";
import { addToIndex } from "../../../src/stores/redis/scripts.ts";
import { asFound, freshPrefix, Given, heldBack, record } from "./given.ts";

const given = new Given();
let server: TestServer;
let clients: [RedisClientType, RedisClientType];

beforeAll(async () => {
  server = await startRedis({ appendonly: "everysec" });
  clients = [await given.client(server.url), await given.client(server.url)];
});

afterAll(async () => {
  await given.end();
  await server.stop();
});

/** Two stores over two connections. */
function stores(prefix = freshPrefix()): [DatabaseStore, DatabaseStore] {
  return [given.store({ client: clients[0], prefix }), given.store({ client: clients[1], prefix })];
}

/** A store whose second script, the one after the index was written, waits for `go`. */
function halfway(prefix: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let calls = 0;
  return {
    store: (stopAt: number) =>
      given.store({
        prefix,
        client: heldBack(clients[0], async () => {
          if (++calls !== stopAt) return;
          reached.resolve();
          await promise;
        }),
      }),
    reached: reached.promise,
    go: resolve,
  };
}

test("loses none of many increments through two connections", async () => {
  const [one, two] = stores();
  const kept = record({ data: "0" });
  await one.insert(kept);
  const increment = async (store: DatabaseStore): Promise<void> => {
    for (;;) {
      const current = (await store.find(kept.id))!;
      const next = { ...current, version: current.version + 1, data: String(Number(current.data) + 1) };
      if (await store.update(next, current.version)) return;
      await delay(Math.random() * 5);
    }
  };
  await Promise.all(Array.from({ length: 100 }, (_, n) => increment(n % 2 === 0 ? one : two)));
  expect(await two.find(kept.id)).toMatchObject({ data: "100", version: 101 });
});

describe("the index of a user's sessions", () => {
  test("has a session that is being inserted while others look and remove", async () => {
    const prefix = freshPrefix();
    const [, other] = stores(prefix);
    const { store, reached, go } = halfway(prefix);
    const kept = record({ userId: "7" });
    const inserting = store(2).insert(kept);
    await reached;
    expect(await other.findByUser("7")).toEqual([]);
    expect(await other.deleteByUser("7")).toBe(0);
    go();
    await inserting;
    expect((await other.findByUser("7")).map(({ id }) => id)).toEqual([kept.id]);
    expect(await other.deleteByUser("7")).toBe(1);
  });

  test("has a session that comes back to its user while the entry of its first time is being removed", async () => {
    // Many times, as both entries can fall into one millisecond.
    for (let round = 0; round < 30; round++) {
      const prefix = freshPrefix();
      const [, other] = stores(prefix);
      const kept = record({ userId: "7" });
      await other.insert(kept);
      const { store, reached, go } = halfway(prefix);
      // Refused for want of an entry, entry, write; the fourth takes the old entry away.
      const leaving = store(4).update({ ...kept, version: 2, userId: "8" }, 1);
      await reached;
      expect(await other.update({ ...kept, version: 3, userId: "7" }, 2)).toBe(true);
      go();
      expect(await leaving).toBe(true);
      expect((await other.findByUser("7")).map(({ version }) => version)).toEqual([3]);
      expect(await other.findByUser("8")).toEqual([]);
    }
  });

  test("has no two entries of one session with the same mark", async () => {
    const connection = connectionOf(clients[0]);
    const key = `${freshPrefix()}u:7`;
    const args = ["id", String(Date.now() + 60_000), "60000", "0"];
    const marks = await Promise.all(Array.from({ length: 100 }, () => addToIndex(connection, [key], args)));
    expect(new Set(marks.flat()).size).toBe(100);
  });

  test("loses nothing that another node wrote while an update took half a minute and came to nothing", async () => {
    const prefix = freshPrefix();
    const [, other] = stores(prefix);
    const kept = record({ userId: "7" });
    await other.insert(kept);
    const { store, reached, go } = halfway(prefix);
    const updating = store(3).update({ ...kept, version: 2, userId: "8" }, 1);
    await reached;
    const winner = { ...kept, version: 2, data: "2" };
    expect(await other.update(winner, 1)).toBe(true);
    const moment = performance.now();
    const clock = vi.spyOn(performance, "now").mockImplementation(() => moment + 31_000);
    go();
    expect(await updating).toBe(false);
    clock.mockRestore();
    expect(await other.find(kept.id)).toEqual(asFound(winner));
  });

  test("does not let a session be removed that has another user by then", async () => {
    const prefix = freshPrefix();
    const [, other] = stores(prefix);
    const kept = record({ userId: "7" });
    await other.insert(kept);
    const { store, reached, go } = halfway(prefix);
    const removing = store(2).deleteByUser("7");
    await reached;
    expect(await other.update({ ...kept, version: 2, userId: "8" }, 1)).toBe(true);
    go();
    expect(await removing).toBe(0);
    expect(await other.findByUser("8")).toHaveLength(1);
  });

  test("loses what is long gone, and keeps what may be on its way", async () => {
    const prefix = freshPrefix();
    const [store] = stores(prefix);
    const old = Date.now() - 61_000;
    const young = Date.now() - 30_000;
    const far = Date.now() + 1e9;
    await clients[0].zAdd(`${prefix}u:7`, [
      { score: far, value: `gone ${old}` },
      { score: far, value: `coming ${young}` },
      { score: Date.now() - 7_200_000, value: `over ${young}` },
    ]);
    expect(await store.findByUser("7")).toEqual([]);
    const left = async () =>
      (await clients[0].zRange(`${prefix}u:7`, 0, -1))
        .map((entry: string) => entry.slice(0, entry.indexOf(" ")))
        .toSorted();
    expect(await left()).toEqual(["coming", "over"]);
    // What has had its day goes when the next one comes.
    const kept = record({ userId: "7" });
    await store.insert(kept);
    expect(await left()).toEqual(["coming", kept.id].toSorted());
  });

  test("is whole after insertions, removals and changes of the user that cross each other", async () => {
    const prefix = freshPrefix();
    const jittery = clients.map((client) =>
      given.store({ prefix, client: heldBack(client, () => delay(Math.random() * 3)) }),
    );
    const users = ["ada", "bob"];
    const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
    const known: string[] = [];
    const step = async (): Promise<void> => {
      const store = any(jittery);
      const dice = Math.random();
      if (dice < 0.35 || known.length === 0) {
        const one = record({ userId: any(users) });
        await store.insert(one);
        known.push(one.id);
      } else if (dice < 0.75) {
        const one = await store.find(any(known));
        if (one !== undefined) {
          const next: SessionRecord = {
            ...one,
            version: one.version + 1,
            userId: any([...users, undefined]),
          };
          await store.update(next, one.version);
        }
      } else if (dice < 0.85) await store.delete(any(known));
      else if (dice < 0.98) await store.findByUser(any(users));
      else await store.deleteByUser(any(users));
    };
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let n = 0; n < 40; n++) await step();
      }),
    );

    const [store] = stores(prefix);
    const living = (await Promise.all(known.map((id) => store.find(id)))).filter((one) => one !== undefined);
    for (const user of users) {
      const mine = living.filter(({ userId }) => userId === user).map(({ id }) => id);
      expect((await store.findByUser(user)).map(({ id }) => id).toSorted()).toEqual(mine.toSorted());
      expect(await store.deleteByUser(user)).toBe(mine.length);
    }
  });
});
