import { setTimeout as delay } from "node:timers/promises";
import { createClient, createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRedis, startRedisCluster } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import { until } from "../../support/processes.ts";
import { asFound, contractOver, freshPrefix, Given, record, takeNotes } from "./given.ts";

function clientOf(servers: readonly TestServer[]) {
  const client = createCluster({ rootNodes: servers.map(({ url }) => ({ url })), useReplicas: true });
  client.on("error", () => {});
  return client;
}

/** A cluster of that many primaries, and two clients of it. */
function clustered(start: () => Promise<TestServer[]>) {
  const given = new Given();
  const cluster: { servers: TestServer[]; clients: ReturnType<typeof clientOf>[] } = {
    servers: [],
    clients: [],
  };
  beforeAll(async () => {
    cluster.servers = await start();
    for (let n = 0; n < 2; n++) {
      const client = clientOf(cluster.servers);
      await client.connect();
      given.later(() => client.destroy());
      cluster.clients.push(client);
    }
  });
  afterAll(async () => {
    await given.end();
    await Promise.all(cluster.servers.map((server) => server.stop()));
  });
  return { given, cluster };
}

describe("the Redis store in a cluster of three primaries", () => {
  const { given, cluster } = clustered(() => startRedisCluster(3, { appendonly: "everysec" }));

  test.each(contractOver(() => ({ client: cluster.clients[0]! })))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  test("spreads sessions over the primaries, and finds and removes a user's on all of them", async () => {
    const prefix = freshPrefix();
    const [one, two] = cluster.clients.map((client) => given.store({ client, prefix }));
    const mine = Array.from({ length: 60 }, () => record({ userId: "7" }));
    await Promise.all(mine.map((each) => one!.insert(each)));
    const counts = await Promise.all(
      cluster.servers.map(async ({ url }) => {
        const client = createClient({ url });
        await client.connect();
        const keys = await client.keys(`${prefix}s:*`);
        client.destroy();
        return keys.length;
      }),
    );
    expect(counts.reduce((a, b) => a + b)).toBe(60);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(await two!.findByUser("7")).toHaveLength(60);
    expect(await two!.deleteByUser("7", mine[0]!.id)).toBe(59);
    expect(await one!.findByUser("7")).toEqual([asFound(mine[0]!)]);
  });

  test("tells watchers at every node of changes at every node", async () => {
    const prefix = freshPrefix();
    const [one, two] = cluster.clients.map((client) => given.store({ client, prefix }));
    const notes = await Promise.all([takeNotes(one!), takeNotes(two!)]);
    for (let round = 0; round < 20; round++) {
      const many = Array.from({ length: 30 }, () => record());
      await Promise.all(many.map((each) => one!.insert(each)));
      for (const each of notes) each.changes.length = 0;
      await Promise.all(many.map((each) => two!.delete(each.id)));
      await Promise.all(notes.map((each) => each.caughtUp()));
      const ids = many.map(({ id }) => id).toSorted();
      expect(notes.map((each) => each.ids("deleted").toSorted())).toEqual([ids, ids]);
    }
  });

  test("looks at all primaries, and says what a cluster cannot promise", async () => {
    const store = given.store({ client: cluster.clients[0]!, prefix: freshPrefix() });
    const messages = (await store.check()).map(({ message }) => message);
    expect(messages[0]).toBe("All 3 primaries of the cluster answer.");
    expect(messages.filter((message) => message.includes("appendfsync everysec"))).toHaveLength(1);
    expect(messages.at(-1)).toContain("a cache may learn of it late");
  });

  test("serves the sessions of the other primaries while one is silent", async () => {
    const store = given.store({ client: cluster.clients[0]!, prefix: freshPrefix() });
    const many = Array.from({ length: 90 }, () => record());
    await Promise.all(many.map((each) => store.insert(each)));
    cluster.servers[2]!.pause();
    let [found, updated] = [0, 0];
    // More than can wait for an answer at once.
    const asked = Array.from({ length: 12 }, async () => {
      await delay(5 * Math.random());
      await Promise.all(many.map((each) => store.find(each.id).then(() => found++)));
    });
    const updates = many.map((each) => store.update({ ...each, version: 2 }, 1).then(() => updated++));
    try {
      await until("the others are served", () => found > 12 * 40 && updated > 40, 5000);
    } finally {
      cluster.servers[2]!.resume();
    }
    await Promise.all([...asked, ...updates]);
    expect([found, updated]).toEqual([12 * 90, 90]);
  });

  test("tells what may have been missed after a primary was lost, and goes on when it is back", async () => {
    const store = given.store({ client: cluster.clients[0]!, prefix: freshPrefix() });
    const notes = await takeNotes(store);
    await cluster.servers[1]!.kill();
    await expect(notes.caughtUp()).rejects.toThrow(/interrupted|closed|not answered/i);
    await cluster.servers[1]!.start();
    await until("what was missed is told", () => notes.changes.some(({ type }) => type === "missed"));
    await until("the channel is proven", () =>
      notes.caughtUp().then(
        () => true,
        () => false,
      ),
    );
  });
});

describe("the Redis store in a cluster of one node, which refuses commands over several slots", () => {
  const { cluster } = clustered(async () => [await startRedis({ cluster: true, appendonly: "everysec" })]);

  test.each(contractOver(() => ({ client: cluster.clients[0]! })))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
