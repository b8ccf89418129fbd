import { createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../support/processes.ts";
import { startRedis, startSentinel } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import { contractOver, freshPrefix, Given, record, takeNotes } from "./given.ts";

describe("the Redis store over Sentinel", () => {
  const given = new Given();
  let primary: TestServer;
  let replica: TestServer;
  let sentinel: TestServer;
  let client: ReturnType<typeof clientOf>;

  function clientOf(port: number) {
    const made = createSentinel({
      name: "mymaster",
      sentinelRootNodes: [{ host: "127.0.0.1", port }],
      scanInterval: 500,
      // So that a plain lookup would be answered by a replica, which may lag behind.
      replicaPoolSize: 1,
    });
    made.on("error", () => {});
    return made;
  }

  beforeAll(async () => {
    primary = await startRedis({ appendonly: "everysec" });
    replica = await startRedis({
      appendonly: "everysec",
      args: ["--replicaof", "127.0.0.1", String(primary.port), "--repl-diskless-sync-delay", "0"],
    });
    sentinel = await startSentinel(primary.port);
    client = clientOf(sentinel.port);
    await client.connect();
  });

  afterAll(async () => {
    await given.end();
    await client.destroy();
    await Promise.all([sentinel, replica, primary].map((server) => server.stop()));
  });

  test.each(contractOver(() => ({ client })))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  test("goes on at the new primary after a failover, and tells that something may have been missed", async () => {
    const direct = await given.client(primary.url);
    await until("the replica follows", async () =>
      (await direct.info("replication")).includes("state=online"),
    );
    const store = given.store({ client, prefix: freshPrefix() });
    const [one, two] = [record({ userId: "7" }), record({ userId: "7" })];
    await store.insert(one);
    await store.insert(two);
    await store.delete(two.id);
    expect((await store.check()).map(({ message }) => message).join(" ")).toContain("has 1 replica,");
    const notes = await takeNotes(store);
    await direct.sendCommand(["WAIT", "1", "1000"]);
    await primary.kill();
    await until("what was missed is told", () => notes.changes.some(({ type }) => type === "missed"));
    await until("it answers again", () =>
      notes.caughtUp().then(
        () => true,
        () => false,
      ),
    );
    expect((await store.findByUser("7")).map(({ id }) => id)).toEqual([one.id]);
    await store.delete(one.id);
    await notes.caughtUp();
    expect(notes.ids("deleted")).toContain(one.id);
  });
});
