import { setImmediate as nextTick, setTimeout as delay } from "node:timers/promises";
import type { RedisClientType } from "redis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSessions } from "../../../src/sessions.ts";
import type { DatabaseStore } from "../../../src/stores/store.ts";
import { cookieAfter, testExchange } from "../../../src/testing/index.ts";
import { until } from "../../support/processes.ts";
import { startRedis } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import { freshPrefix, Given, record, takeNotes, type Notes } from "./given.ts";

let given: Given;
let server: TestServer;
let client: RedisClientType;
let prefix: string;

beforeEach(async () => {
  given = new Given();
  prefix = freshPrefix();
  server = await startRedis({ appendonly: "always" });
  client = await given.client(server.url);
});

afterEach(async () => {
  await given.end();
  await server.stop();
});

const overClient = (): DatabaseStore => given.store({ client, prefix });
const overUrl = (): DatabaseStore => given.store({ url: server.url, prefix });
const missed = ({ changes }: Notes): number => changes.filter(({ type }) => type === "missed").length;

/** Until the proof succeeds again. */
function healthy(notes: Notes): Promise<void> {
  return until("the channel is proven", () =>
    notes.caughtUp().then(
      () => true,
      () => false,
    ),
  );
}

for (const [over, make] of [
  ["a client", overClient],
  ["a URL", overUrl],
] as const) {
  test(`tells another store over ${over} of every change before it has caught up, and of nothing else`, async () => {
    const notes = await takeNotes(make());
    const other = await takeNotes(given.store({ client, prefix: freshPrefix() }));
    const writer = overClient();
    const many = Array.from({ length: 200 }, () => record({ userId: "7" }));
    await Promise.all(many.map((one) => writer.insert(one)));
    await Promise.all(many.map((one) => writer.update({ ...one, version: 2 }, 1)));
    expect(await writer.update({ ...many[0]!, version: 3 }, 1)).toBe(false);
    await writer.deleteByUser("7");
    await writer.delete(many[0]!.id);
    await Promise.all([notes.caughtUp(), other.caughtUp()]);
    const ids = many.map(({ id }) => id).toSorted();
    expect(notes.ids("updated").toSorted()).toEqual(ids);
    expect(notes.ids("deleted").toSorted()).toEqual(ids);
    expect(notes.changes).toHaveLength(400);
    expect(other.changes).toEqual([]);
  });

  test(`tells that something was missed when the subscriber over ${over} was cut off, and goes on`, async () => {
    const [one, two] = [record(), record()];
    const writer = overClient();
    await writer.insert(one);
    await writer.insert(two);
    const notes = await takeNotes(make());
    await client.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    await writer.delete(one.id);
    await until("it is told", () => missed(notes) === 1);
    await notes.caughtUp();
    await writer.delete(two.id);
    await notes.caughtUp();
    expect(notes.changes.at(-1)).toEqual({ type: "deleted", id: two.id });
    expect(missed(notes)).toBe(1);
  });

  test(`tells that something was missed over ${over} when the server died and came back`, async () => {
    const kept = record();
    const store = make();
    await store.insert(kept);
    const notes = await takeNotes(store);
    await server.kill();
    await until("the loss is noticed", () =>
      notes.caughtUp().then(
        () => false,
        () => true,
      ),
    );
    expect(missed(notes)).toBe(0);
    await server.start();
    await until("it is told", () => missed(notes) > 0);
    await healthy(notes);
    await store.delete(kept.id);
    await notes.caughtUp();
    expect(notes.changes.at(-1)).toEqual({ type: "deleted", id: kept.id });
  });
}

test("never proves a channel before it has told that something was missed", async () => {
  const notes = await takeNotes(overClient());
  for (let round = 1; round <= 10; round++) {
    await client.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    // From its own connection the store learns of it a little later: a proof may still fail, and never wrongly succeed.
    await until("the subscriber is back", async () => {
      const channels = (await client.sendCommand(["PUBSUB", "NUMSUB", `${prefix}changes`])) as unknown[];
      return Number(channels[1]) === 1;
    });
    await healthy(notes);
    expect(missed(notes)).toBe(round);
  }
});

test("makes the subscription anew when its connection is open and dead", async () => {
  const link = await given.link(server.port);
  const notes = await takeNotes(given.store({ client: await given.client(link.url), prefix }));
  // The second connection is the subscription's. No event tells that nothing comes through any more.
  link.silence(1);
  await expect(notes.caughtUp()).rejects.toThrow("not answered");
  expect(missed(notes)).toBe(0);
  const toldBefore: number[] = [];
  const prove = (): Promise<boolean> =>
    notes.caughtUp().then(
      () => toldBefore.push(missed(notes)) > 0,
      () => false,
    );
  const end = Date.now() + 9000;
  while (!(await prove()) && Date.now() < end) await nextTick();
  expect(toldBefore).toEqual([1]);
});

test("survives that its connection breaks while it stops", async () => {
  const store = overClient();
  const notes = await takeNotes(store);
  server.pause();
  const stopping = notes.stop();
  await server.kill();
  await stopping;
  await server.start();
  await until("the client is back", () => client.isReady);
  const again = await takeNotes(store);
  await expect(again.caughtUp()).resolves.toBeUndefined();
});

test("refuses a proof while the server is silent, within two seconds or so, and recovers", async () => {
  const notes = await takeNotes(overUrl());
  server.pause();
  const start = performance.now();
  await expect(notes.caughtUp()).rejects.toThrow("not answered");
  expect(performance.now() - start).toBeLessThan(5000);
  await expect(notes.caughtUp()).rejects.toThrow("interrupted");
  server.resume();
  await until("it is told", () => missed(notes) > 0);
  await healthy(notes);
});

test("does not start to watch a server that is not there, and does once it is", async () => {
  const store = overUrl();
  await server.kill();
  await expect(takeNotes(store)).rejects.toThrow("ECONNREFUSED");
  await server.start();
  await until("it watches", () =>
    takeNotes(store).then(
      () => true,
      () => false,
    ),
  );
});

test("goes on telling others when one listener throws, and leaves no connection when all have stopped", async () => {
  const store = overClient();
  const complaint = console.error;
  const complaints: unknown[] = [];
  console.error = (...parts: unknown[]) => complaints.push(parts);
  try {
    const bad = await store.watch(() => {
      throw new Error("mine");
    });
    const notes = await takeNotes(store);
    const kept = record();
    await store.insert(kept);
    await store.delete(kept.id);
    await notes.caughtUp();
    expect(notes.ids("deleted")).toEqual([kept.id]);
    expect(complaints).toHaveLength(1);
    await bad.stop();
    await notes.stop();
    await expect(notes.caughtUp()).rejects.toThrow("interrupted");
    await until("the connection has gone", async () => {
      return (await client.clientList({ TYPE: "PUBSUB" })).length === 0;
    });
  } finally {
    console.error = complaint;
  }
});

test("onRevoked tells of a session's expiry, of which Redis tells nothing", async () => {
  const options = { idleTimeout: 1, touchInterval: 0.1 };
  const [one, other] = [overClient(), overUrl()].map((store) => createSessions({ store, ...options }));
  const exchange = testExchange();
  const session = await one!.open(exchange);
  await session.update({ userId: 7 });
  const start = performance.now();
  let ended: number | undefined;
  await other!.onRevoked(session.id!, () => (ended = performance.now() - start));
  await delay(600);
  await one!.open(testExchange({ cookie: cookieAfter(exchange) }));
  await until("it is told", () => ended !== undefined);
  expect(ended).toBeGreaterThan(1500);
  expect(ended).toBeLessThan(3000);
});
