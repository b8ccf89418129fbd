import { ErrorReply, type RedisClientType } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisStore } from "../../../src/stores/redis.ts";
import type { SessionRecord } from "../../../src/stores/store.ts";
import { fakeClock } from "../../../src/testing/index.ts";
import { startRedis } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import { asFound, contractOver, freshPrefix, Given, record, replacingFound } from "./given.ts";

const given = new Given();
let server: TestServer;
let client: RedisClientType;
let caching: RedisClientType;

beforeAll(async () => {
  server = await startRedis({ appendonly: "everysec" });
  client = await given.client(server.url);
  const clientSideCache = { ttl: 0, maxEntries: 0, evictPolicy: "LRU" } as const;
  caching = await given.client(server.url, { RESP: 3, clientSideCache });
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

describe("the Redis store over a client with a cache of its own", () => {
  test.each(contractOver(() => ({ client: caching })))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe("the Redis store, of which records are replaced that it has found", () => {
  test.each(contractOver(() => ({ client }), replacingFound))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe("the Redis store over a URL", () => {
  test.each(contractOver(() => ({ url: server.url })))("$name", async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe("the Redis store", () => {
  test("rejects when a client's lookup throws, and takes no answer for no session", async () => {
    const prefix = freshPrefix();
    const failure = new Error("at once");
    const throwing = given.store({
      client: Object.assign(Object.create(client) as RedisClientType, {
        mGet: () => {
          throw failure;
        },
      }),
      prefix,
    });
    await expect(throwing.find("a")).rejects.toBe(failure);
    const silent = given.store({
      client: Object.assign(Object.create(client) as RedisClientType, { mGet: async () => [undefined] }),
      prefix,
    });
    expect(await silent.find("a")).toBeUndefined();
  });

  test("asks Redis also where the client has a cache, which may not have heard of a logout yet", async () => {
    const prefix = freshPrefix();
    const [store, elsewhere] = [caching, client].map((one) => given.store({ client: one, prefix }));
    const kept = record();
    await elsewhere!.insert(kept);
    for (let n = 0; n < 2; n++) expect(await store!.find(kept.id)).toEqual(asFound(kept));
    await elsewhere!.delete(kept.id);
    expect(await store!.find(kept.id)).toBeUndefined();
  });

  test("finds what it has kept where the client puts a prefix before every key", async () => {
    const prefixing = await given.client(server.url, { keyPrefix: freshPrefix() });
    const store = given.store({ client: prefixing });
    const kept = record();
    await store.insert(kept);
    expect(await store.find(kept.id)).toEqual(asFound(kept));
  });

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

  test("does not take a record apart again that it has found", async () => {
    const prefix = freshPrefix();
    const told: string[][] = [];
    const listening = Object.assign(Object.create(client) as RedisClientType, {
      evalSha: (hash: string, options: { keys: string[]; arguments: string[] }) => {
        told.push(options.arguments);
        return client.evalSha(hash, options);
      },
    });
    const store = given.store({ client: listening, prefix });
    const [kept, nobodys] = [record({ userId: "7" }), record()];
    await store.insert(kept);
    await store.insert(nobodys);
    const found = { ...(await store.find(kept.id))!, version: 2, data: "2" };
    const foundNobodys = { ...(await store.find(nobodys.id))!, version: 2 };
    told.length = 0;
    expect(await store.update(found, 1)).toBe(true);
    expect(await store.update({ ...found, version: 3, data: "3" }, 2)).toBe(true);
    expect(await store.update(foundNobodys, 1)).toBe(true);
    const marks = await client.zRange(`${prefix}u:7`, 0, -1);
    const mark = marks[0]!.split(" ")[1]!;
    expect(told.map(([, , begins]) => begins)).toEqual([`"7"\n${mark} 1 `, `"7"\n${mark} 2 `, "\n- 1 "]);
    expect(await store.findByUser("7")).toMatchObject([{ ...kept, version: 3, data: "3" }]);
  });

  test("does not replace a record that it has found, once that is over or was changed", async () => {
    const clock = fakeClock();
    const store = given.store({ client, prefix: freshPrefix(), now: clock.now });
    const kept = record({ createdAt: clock.now(), userId: "7" });
    await store.insert(kept);
    const found = (await store.find(kept.id))!;
    const later = found.expiresAt + 60_000;
    expect(await store.update({ ...found, version: 2, userId: "8" }, 1)).toBe(true);
    expect(await store.update({ ...found, version: 2 }, 1)).toBe(false);
    expect(await store.update({ ...found, version: 3, userId: undefined }, 2)).toBe(true);
    expect(await store.update({ ...found, version: 4, userId: undefined }, 3)).toBe(true);
    expect(await store.findByUser("7")).toEqual([]);
    const again = (await store.find(kept.id))!;
    clock.set(again.expiresAt);
    expect(await store.update({ ...again, version: 5, expiresAt: later }, 4)).toBe(false);
    clock.set(again.expiresAt - 1);
    expect(await store.update({ ...again, version: 5, expiresAt: later }, 4)).toBe(true);
  });

  test.each(["", "1 1", "\n- 1 ", "\n- 1 9999999999999", "\n- 1 x\n", "\n- 1 x 1\n\n", "no session"])(
    "replaces others, and not what is no session: %j",
    async (text) => {
      const prefix = freshPrefix();
      const store = given.store({ client, prefix });
      const [damaged, kept] = [record(), record()];
      await store.insert(damaged);
      await store.insert(kept);
      const found = (await store.find(damaged.id))!;
      await client.set(`${prefix}s:${damaged.id}`, text);
      const next = [
        { ...damaged, version: 2 },
        { ...kept, version: 2 },
      ];
      expect(await Promise.all(next.map((one) => store.update(one, 1)))).toEqual([false, true]);
      const others = [
        { ...found, version: 2 },
        { ...kept, version: 3 },
      ];
      expect(await Promise.all(others.map((one) => store.update(one, one.version - 1)))).toEqual([
        false,
        true,
      ]);
      expect(await client.get(`${prefix}s:${damaged.id}`)).toBe(text);
    },
  );

  test("does not bring back what has ended since it was found", async () => {
    const store = given.store({ client, prefix: freshPrefix() });
    for (const userId of [undefined, "7"]) {
      const [deleted, ended] = [record({ userId }), record({ userId })];
      await store.insert(deleted);
      await store.insert(ended);
      const found = await Promise.all([deleted, ended].map(async ({ id }) => (await store.find(id))!));
      await store.delete(deleted.id);
      expect(await store.update({ ...found[1]!, version: 2, expiresAt: 0 }, 1)).toBe(true);
      for (const one of found)
        for (const version of [2, 3]) {
          expect(await store.update({ ...one, version, data: "late" }, version - 1)).toBe(false);
          expect(await store.find(one.id)).toBeUndefined();
        }
      expect(await store.findByUser("7")).toEqual([]);
    }
  });

  test("replaces a record by its version, also where the copy of another stands in another index", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const indexed = async () => (await client.keys(`${prefix}u:*`)).toSorted();
    const kept = record({ userId: "7" });
    await store.insert(kept);
    const found = (await store.find(kept.id))!;
    for (const [n, userId] of ["8", "7", undefined, "7", "7"].entries()) {
      expect(await store.update({ ...found, version: n + 2, userId }, n + 1)).toBe(true);
      expect(await indexed()).toEqual(userId === undefined ? [] : [`${prefix}u:${userId}`]);
    }
    // With entries of one millisecond, too, whose marks are the same in both users' sets.
    for (let version = 7; version < 60; version++) {
      const userId = version % 2 === 0 ? "7" : "8";
      expect(await store.update({ ...found, version, userId }, version - 1)).toBe(true);
      expect(await indexed()).toEqual([`${prefix}u:${userId}`]);
    }
    const { absoluteExpiresAt } = found;
    for (const [n, by] of [3, 1, 0, 1, 2].entries()) {
      const next = { ...found, version: n + 60, absoluteExpiresAt: absoluteExpiresAt * by || Date.now() };
      expect(await store.update(next, n + 59)).toBe(true);
      expect(await store.find(kept.id)).toMatchObject(next);
    }
    expect(await store.findByUser("7")).toHaveLength(1);

    // The same id once more, of somebody else.
    await store.delete(kept.id);
    await store.insert({ ...kept, userId: "9" });
    expect(await store.update({ ...found, version: 2 }, 1)).toBe(true);
    expect(await store.findByUser("9")).toEqual([]);
    expect(await store.findByUser("7")).toMatchObject([{ id: kept.id, version: 2 }]);

    // A session that gets a new token is a copy under another id.
    const renamed = { ...found, id: record().id };
    await store.insert(renamed);
    expect(await store.update({ ...renamed, version: 2 }, 1)).toBe(true);
    expect(await store.deleteByUser("7")).toBe(2);
    expect(await indexed()).toEqual([]);
  });

  test("takes a record apart that is not what it is thought to be, beside others in one script", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const [damaged, kept] = [record({ userId: "7" }), record({ userId: "7" })];
    await store.insert(damaged);
    await store.insert(kept);
    const key = `${prefix}s:${damaged.id}`;
    await client.set(key, (await client.get(key))!.replace(String(damaged.absoluteExpiresAt), "never"));
    const next = [damaged, kept].map((one) => ({ ...one, version: 2 }));
    const answers = await Promise.all(next.map((one) => store.update(one, 1)));
    expect(answers[1]).toBe(true);
    expect(await store.find(kept.id)).toMatchObject({ version: 2 });
  });

  test.each(["as it was inserted", "as it was found"])(
    "indexes a record anew whose absolute limit moves away, %s",
    async (how) => {
      const prefix = freshPrefix();
      const store = given.store({ client, prefix });
      const kept = record({ userId: "7" });
      await store.insert(kept);
      const absoluteExpiresAt = kept.absoluteExpiresAt * 2;
      const before = how === "as it was found" ? (await store.find(kept.id))! : kept;
      await store.update({ ...before, version: 2, absoluteExpiresAt }, 1);
      expect((await client.zRangeWithScores(`${prefix}u:7`, 0, -1)).map(({ score }) => score)).toEqual([
        absoluteExpiresAt,
      ]);
      expect(await client.pTTL(`${prefix}u:7`)).toBeGreaterThan(absoluteExpiresAt - Date.now());
    },
  );

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

  test("hands on that a server takes no writes, in the words by which a Sentinel's client knows it", async () => {
    const replica = await startRedis({ appendonly: "everysec" });
    try {
      const own = await given.client(replica.url);
      const store = given.store({ client: own, prefix: freshPrefix() });
      const kept = record();
      await store.insert(kept);
      await own.sendCommand(["REPLICAOF", "127.0.0.1", "1"]);
      await expect(store.update({ ...kept, version: 2 }, 1)).rejects.toThrow(/^READONLY /);
      // As an error of the command: of what the command answers the client reads nothing.
      await expect(store.update({ ...kept, version: 2 }, 1)).rejects.toBeInstanceOf(ErrorReply);
    } finally {
      await replica.stop();
    }
  });

  test("looks up the records of one tick by one command, and finds those beside one that is none", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const rare = { flash: '{"a":1}', device: '{"b":"\\n"}', authentication: "{}", successor: "next" };
    const records = [
      record(),
      record({ userId: "7", ...rare }),
      record({ userId: 'a "b" \\ \n ü \ud800', authenticatedAt: undefined, data: "" }),
      record({ createdAt: -1.5, lastSeenAt: 0, expiresAt: Date.now() + 1000.25, data: '{"a":"\\n"}' }),
    ];
    for (const one of records) await store.insert(one);
    const broken = ["no record", "\n- 1 2 3\n1 2 x 4 5\n\n{}", "seven\n- 1 9e15 3\n1 2 3 4 5\n\n{}", ""].map(
      (text) => ({
        ...record(),
        text,
      }),
    );
    for (const { id, text } of broken) await client.set(`${prefix}s:${id}`, text);
    await client.configResetStat();
    const asked = [...records, ...broken, record(), ...records].map(({ id }) => store.find(id));
    const answers = await Promise.allSettled(asked);
    const found = records.map((value) => ({ status: "fulfilled", value }));
    const refused = { status: "rejected" };
    const none = { status: "fulfilled", value: undefined };
    expect(answers).toMatchObject([...found, refused, refused, refused, none, none, ...found]);
    expect(await client.info("commandstats")).toMatch(/^cmdstat_mget:calls=1,/m);
  });

  test("replaces the records of one tick by one script, of which each has an answer of its own", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const [kept, changed, gone, foreign] = [record(), record(), record(), record()];
    for (const one of [kept, changed]) await store.insert(one);
    await client.lPush(`${prefix}s:${foreign.id}`, "somebody else's list");
    await client.configResetStat();
    const answers = await Promise.allSettled(
      [foreign, kept, gone, changed].map((one) =>
        store.update({ ...one, version: 2 }, one === changed ? 7 : 1),
      ),
    );
    expect(answers).toMatchObject([
      { reason: { message: expect.stringContaining("WRONGTYPE") as string } },
      { value: true },
      { value: false },
      { value: false },
    ]);
    expect(await client.info("commandstats")).toMatch(/^cmdstat_evalsha:calls=1,/m);
    expect(await store.find(kept.id)).toMatchObject({ version: 2 });
    expect(await store.find(changed.id)).toMatchObject({ version: 1 });
  });

  test("says of those alone which it changed that others could not be told, where it may not tell", async () => {
    const prefix = freshPrefix();
    const [kept, gone] = [record(), record()];
    await given.store({ client, prefix }).insert(kept);
    const rights = `ACL SETUSER mute on >secret ~${prefix}* resetchannels +@all`.split(" ");
    await client.sendCommand(rights);
    const url = server.url.replace("redis://", "redis://mute:secret@");
    const store = given.store({ client: await given.client(url), prefix });
    const answers = await Promise.allSettled(
      [gone, kept].map((one) => store.update({ ...one, version: 2 }, 1)),
    );
    expect(answers).toMatchObject([
      { value: false },
      { reason: { message: expect.stringMatching(/channel/) as string } },
    ]);
  });

  test("knows a user whose id is longer than what an update looks at first", async () => {
    const prefix = freshPrefix();
    const store = given.store({ client, prefix });
    const kept = record({ userId: "7".repeat(1000) });
    await store.insert(kept);
    await client.configResetStat();
    expect(await store.update({ ...kept, version: 2 }, 1)).toBe(true);
    // The entry of its user's index is as it was.
    expect(await client.info("commandstats")).not.toMatch(/^cmdstat_z/m);
    expect(await store.update({ ...kept, version: 3, userId: "8" }, 2)).toBe(true);
    expect(await store.findByUser(kept.userId!)).toEqual([]);
    expect(await store.findByUser("8")).toHaveLength(1);
  });

  test("asks for one key at a time, as a node of a cluster wants it also from a plain client", async () => {
    const node = await startRedis({ cluster: true, appendonly: "everysec" });
    try {
      const store = given.store({ url: node.url, prefix: freshPrefix() });
      const records = Array.from({ length: 20 }, () => record({ userId: "7" }));
      await Promise.all(records.map((one) => store.insert(one)));
      const next = records.map((one) => ({ ...one, version: 2 }));
      expect(await Promise.all(next.map((one) => store.update(one, 1)))).toEqual(next.map(() => true));
      expect(await Promise.all(next.map(({ id }) => store.find(id)))).toEqual(next.map(asFound));
      expect(await store.deleteByUser("7")).toBe(20);
    } finally {
      await node.stop();
    }
  });

  test("keeps users apart whose names are no whole Unicode", async () => {
    const store = given.store({ client, prefix: freshPrefix() });
    const [one, two] = [record({ userId: "\ud800" }), record({ userId: "\udfff\n" })];
    await store.insert(one);
    await store.insert(two);
    expect(await store.findByUser("\ud800")).toEqual([
      asFound(JSON.parse(JSON.stringify(one)) as SessionRecord),
    ]);
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
    expect(code({ client, prefx: "app:" })).toBe("ERR_SESSION_CONFIG");
    expect(code({ client })).toBeUndefined();
    expect(messages.join()).not.toContain("secret");
  });
});
