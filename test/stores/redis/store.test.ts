import type { RedisClientType } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisStore } from "../../../src/stores/redis.ts";
import type { SessionRecord } from "../../../src/stores/store.ts";
import { fakeClock } from "../../../src/testing/index.ts";
import { startRedis } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import { contractOver, freshPrefix, Given, record } from "./given.ts";

const given = new Given();
let server: TestServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedis({ appendonly: "everysec" });
  client = await given.client(server.url);
});

afterAll(async () => {
  await given.end();
  await server.stop();
});

describe("the Redis store over a client", () => {
  test.each(contractOver(() => ({ client })))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe("the Redis store over a URL", () => {
  test.each(contractOver(() => ({ url: server.url })))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe("the Redis store", () => {
  test("keeps a record under one key, which Redis removes when the record expires", async () => {
    const prefix = freshPrefix();
    const clock = fakeClock();
    const store = given.store({ client, prefix, now: clock.now });
    const kept = record({ createdAt: clock.now(), expiresAt: clock.now() + 60_000, userId: "7" });
    await store.insert(kept);
    expect((await client.keys(`${prefix}*`)).toSorted()).toEqual([`${prefix}s:${kept.id}`, `${prefix}u:7`]);
    // By the injected clock, which is months away from the server's.
    // A little later than the record ends.
    expect(await client.pTTL(`${prefix}s:${kept.id}`)).toSatisfy((ttl) => ttl > 60_000 && ttl <= 70_000);
    await store.update({ ...kept, version: 2, expiresAt: clock.now() + 600_000 }, 1);
    expect(await client.pTTL(`${prefix}s:${kept.id}`)).toSatisfy((ttl) => ttl > 600_000 && ttl <= 610_000);
    expect(await client.pTTL(`${prefix}u:7`)).toBeGreaterThan(43_200_000);
    await store.delete(kept.id);
    expect(await client.keys(`${prefix}*`)).toEqual([]);
  });

  test("keeps nothing of a record that has expired", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    await store.insert(record({ userId: "7", expiresAt: Date.now() }));
    expect(await client.keys(`${prefix}*`)).toEqual([]);
  });

  test("touches the index only when the user changes", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const kept = record({ userId: "7" });
    await store.insert(kept);
    const before = await client.zRangeWithScores(`${prefix}u:7`, 0, -1);
    expect(before.map(({ score }) => score)).toEqual([kept.absoluteExpiresAt]);
    await store.update({ ...kept, version: 2, data: '{"n":2}' }, 1);
    expect(await client.zRangeWithScores(`${prefix}u:7`, 0, -1)).toEqual(before);
    // Many times, as two entries can fall into one millisecond.
    for (let version = 2; version < 50; version++) {
      const userId = String(version);
      await store.update({ ...kept, version: version + 1, userId }, version);
      expect(await client.keys(`${prefix}u:*`)).toEqual([`${prefix}u:${userId}`]);
    }
  });

  test("indexes a record anew whose absolute limit moves away", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const kept = record({ userId: "7" });
    await store.insert(kept);
    const absoluteExpiresAt = kept.absoluteExpiresAt * 2;
    await store.update({ ...kept, version: 2, absoluteExpiresAt }, 1);
    expect((await client.zRangeWithScores(`${prefix}u:7`, 0, -1)).map(({ score }) => score)).toEqual([
      absoluteExpiresAt,
    ]);
    expect(await client.pTTL(`${prefix}u:7`)).toBeGreaterThan(absoluteExpiresAt - Date.now());
  });

  test("goes on when the server has forgotten the scripts", async () => {
    const store = given.store({ client, prefix: freshPrefix() });
    const kept = record({ userId: "7" });
    await client.scriptFlush();
    await store.insert(kept);
    await client.scriptFlush();
    expect(await store.update({ ...kept, version: 2 }, 1)).toBe(true);
    await client.scriptFlush();
    expect(await store.findByUser("7")).toHaveLength(1);
    await client.scriptFlush();
    await Promise.all([store.delete(kept.id), store.delete(kept.id)]);
    expect(await store.find(kept.id)).toBeUndefined();
  });

  test("lets sessions end when the server's memory is full", async () => {
    const full = await startRedis({ appendonly: "everysec" });
    try {
      const own = await given.client(full.url);
      const store = given.store({ client: own, prefix: freshPrefix() });
      const [one, two] = [record({ userId: "7" }), record({ userId: "7" })];
      await store.insert(one);
      await store.insert(two);
      await own.configSet("maxmemory", "1");
      await expect(store.insert(record({ userId: "7" }))).rejects.toThrow(/^OOM /);
      await expect(store.update({ ...one, version: 2 }, 1)).rejects.toThrow(/^OOM /);
      expect(await store.update({ ...one, version: 2, expiresAt: 0 }, 1)).toBe(true);
      expect(await store.deleteByUser("7")).toBe(1);
      expect(await store.find(two.id)).toBeUndefined();
    } finally {
      await full.stop();
    }
  });

  test("sends what is asked for in one tick as one command", async () => {
    const store = given.store({ client, prefix: freshPrefix() });
    const records = Array.from({ length: 60 }, () => record());
    const next = records.map((one) => ({ ...one, version: 2 }));
    await store.insert(record());
    await store.update(record(), 1);
    await store.delete("none");
    await client.sendCommand(["CONFIG", "RESETSTAT"]);
    await Promise.all(records.map((one) => store.insert(one)));
    expect(await Promise.all(next.map((one) => store.update(one, 1)))).toEqual(next.map(() => true));
    expect(await Promise.all(records.map(({ id }) => store.find(id)))).toEqual(next);
    await Promise.all(records.map(({ id }) => store.delete(id)));
    const calls = await client.info("commandstats");
    const count = (command: string) =>
      Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, "m").exec(calls)?.[1]);
    expect({ evalsha: count("evalsha"), mget: count("mget") }).toEqual({ evalsha: 3, mget: 1 });
  });

  test("fails with one record that is broken, and not with those beside it", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const [broken, list, one, two] = [record(), record(), record(), record()];
    for (const each of [broken, one, two]) await store.insert(each);
    await client.set(`${prefix}s:${broken.id}`, "1");
    await client.rPush(`${prefix}s:${list.id}`, "no text");
    const updated = (version: number) => (each: SessionRecord) =>
      store.update({ ...each, version: version + 1 }, version);
    const outcomes = await Promise.allSettled([broken, one, list, two].map(updated(1)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(outcomes).toMatchObject([
      { value: false },
      { value: true },
      { reason: expect.anything() },
      { value: true },
    ]);
    const reason = (outcomes[2] as PromiseRejectedResult).reason as Error;
    expect(reason.message).toContain("WRONGTYPE");
    await expect(updated(1)(list)).rejects.toThrow(/^WRONGTYPE /);
    // Whoever asks beside others or alone hears the same.
    expect(await Promise.all([store.find(list.id), store.find(one.id)])).toEqual([
      undefined,
      { ...one, version: 2 },
    ]);
    expect(await store.find(list.id)).toBeUndefined();
    expect(await Promise.all([one, two].map(updated(2)))).toEqual([true, true]);
  });

  test("answers each of a batch what became of it", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const [taken, list, text] = [record(), record(), record()];
    await store.insert(taken);
    await client.rPush(`${prefix}s:${list.id}`, "no text");
    await client.set(`${prefix}s:${text.id}`, "1 soon 9 -\n\n");
    const inserted = await Promise.allSettled([record(), taken, record()].map((one) => store.insert(one)));
    expect(inserted.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const updated = await Promise.allSettled(
      [list, text, taken, record()].map((one) => store.update({ ...one, version: 2 }, 1)),
    );
    expect(updated).toMatchObject([
      { reason: { message: expect.stringContaining("WRONGTYPE") } },
      { reason: { message: expect.stringContaining("compare") } },
      { value: true },
      { value: false },
    ]);
  });

  test("hands on that a server takes no writes, in words that clients know", async () => {
    const replica = await startRedis({ appendonly: "everysec" });
    try {
      const own = await given.client(replica.url);
      const store = given.store({ client: own, prefix: freshPrefix() });
      const kept = record();
      await store.insert(kept);
      await own.sendCommand(["REPLICAOF", "127.0.0.1", "1"]);
      const update = (one: SessionRecord) => store.update({ ...one, version: 2 }, 1);
      await expect(update(kept)).rejects.toThrow(/^READONLY /);
      // Not "changed meanwhile" for the one that is not there: nothing was written, so it is nobody's answer.
      const outcomes = await Promise.allSettled([record(), kept].map(update));
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ reason: { message: expect.stringMatching(/^READONLY /) } });
    } finally {
      await replica.stop();
    }
  });

  test("asks one by one where a node of a cluster, behind a plain client, takes one key at a time", async () => {
    const node = await startRedis({ cluster: true, appendonly: "everysec" });
    try {
      const store = given.store({ url: node.url, prefix: freshPrefix() });
      const records = Array.from({ length: 20 }, () => record({ userId: "7" }));
      for (let time = 0; time < 2; time++) {
        const version = time + 1;
        if (time === 0) await Promise.all(records.map((one) => store.insert(one)));
        const next = records.map((one) => ({ ...one, version: version + 1 }));
        expect(await Promise.all(next.map((one) => store.update(one, version)))).toEqual(
          next.map(() => true),
        );
        expect(await Promise.all(next.map(({ id }) => store.find(id)))).toEqual(next);
      }
      expect(await store.deleteByUser("7")).toBe(20);
    } finally {
      await node.stop();
    }
  });

  test("sets a client that was passed in no limit of its own", async () => {
    const store = given.store({ client, prefix: freshPrefix() });
    const found = await Promise.all(Array.from({ length: 11_000 }, (_, n) => store.find(`none ${n}`)));
    expect(found.every((one) => one === undefined)).toBe(true);
  });

  test("answers what was asked for before it was closed", async () => {
    const store = redisStore({ url: server.url, prefix: freshPrefix() });
    const kept = record();
    await store.insert(kept);
    const asked = store.find(kept.id);
    await store.close();
    expect(await asked).toEqual(kept);
    await expect(store.find(kept.id)).rejects.toThrow("closed");
  });

  test("keeps users apart whose names are no whole Unicode", async () => {
    const store = given.store({ client, prefix: freshPrefix() });
    const [one, two] = [record({ userId: "\ud800" }), record({ userId: "\udfff\n" })];
    await store.insert(one);
    await store.insert(two);
    expect(await store.findByUser("\ud800")).toEqual([JSON.parse(JSON.stringify(one))]);
    expect(await store.deleteByUser("\udfff\n")).toBe(1);
    expect(await store.find(one.id)).toBeDefined();
  });

  test("refuses options that cannot work, without repeating an address", () => {
    const code = (options: object) => {
      try {
        redisStore(options);
      } catch (error) {
        messages.push(String(error));
        return (error as { code?: string }).code;
      }
      return undefined;
    };
    const messages: string[] = [];
    expect(code({})).toBe("ERR_SESSION_CONFIG");
    expect(code({ client, url: server.url })).toBe("ERR_SESSION_CONFIG");
    expect(code({ url: "http://u:secret@localhost" })).toBe("ERR_SESSION_CONFIG");
    expect(code({ url: "secret" })).toBe("ERR_SESSION_CONFIG");
    expect(code({ client: {} })).toBe("ERR_SESSION_CONFIG");
    expect(code({ client, prefix: "" })).toBe("ERR_SESSION_CONFIG");
    expect(code({ client })).toBeUndefined();
    expect(messages.join()).not.toContain("secret");
  });
});
