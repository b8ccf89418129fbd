import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { until } from "../../support/processes.ts";
import { startRedis, type RedisOptions } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import { freshPrefix, Given, record } from "./given.ts";

let given: Given;

beforeEach(() => {
  given = new Given();
});

afterEach(() => given.end());

async function start(options: RedisOptions = {}): Promise<TestServer> {
  const server = await startRedis(options);
  given.later(() => server.stop());
  return server;
}

test("keeps all that it acknowledged when the server is killed, and brings nothing back", async () => {
  const server = await start({ appendonly: "always" });
  const store = given.store({ url: server.url, prefix: freshPrefix() });
  const kept = new Set<string>();
  const ended = new Set<string>();
  const progress = { killed: false, acknowledged: 0 };

  async function visitor(): Promise<void> {
    for (let n = 0; !progress.killed; n++) {
      const one = record({ userId: "7" });
      await store.insert(one);
      kept.add(one.id);
      if (!(await store.update({ ...one, version: 2 }, 1))) throw new Error("The update was refused.");
      progress.acknowledged++;
      if (n % 2 === 0) continue;
      // From here on it may be there or not, until it is acknowledged.
      kept.delete(one.id);
      await store.delete(one.id);
      ended.add(one.id);
    }
  }
  const visitors = Array.from({ length: 8 }, () => visitor().catch(() => undefined));
  await until("much is acknowledged", () => progress.acknowledged > 300);
  await server.kill();
  progress.killed = true;
  await Promise.all(visitors);
  await server.start();
  await until("the store has found the server again", () =>
    store.find("none").then(
      () => true,
      () => false,
    ),
  );

  const lost = (await Promise.all([...kept].map((id) => store.find(id)))).filter((one) => one === undefined);
  const back = (await Promise.all([...ended].map((id) => store.find(id)))).filter((one) => one !== undefined);
  expect({ lost: lost.length, back: back.length }).toEqual({ lost: 0, back: 0 });
  expect(kept.size).toBeGreaterThan(100);
  expect(ended.size).toBeGreaterThan(50);
  const indexed = new Set((await store.findByUser("7")).map(({ id }) => id));
  expect([...kept].filter((id) => !indexed.has(id))).toEqual([]);
});

describe("at first use", () => {
  const warnings = () => vi.mocked(console.warn).mock.calls.map(([text]) => String(text));

  beforeEach(() => {
    const spy = vi.spyOn(console, "warn").mockImplementation(() => {});
    given.later(() => spy.mockRestore());
  });

  test("warns once that a crash makes Redis forget, and that it evicts sessions", async () => {
    const server = await start({ args: ["--maxmemory-policy", "allkeys-lru"] });
    const store = given.store({ url: server.url });
    await store.find("none");
    await until("it warns", () => warnings().length === 2);
    await Promise.all([store.find("none"), store.migrate(), store.migrate()]);
    expect(warnings()).toHaveLength(2);
    expect(warnings()[0]).toMatch(
      /revoked sessions come back and logins are lost.*appendonly yes.*appendfsync/,
    );
    expect(warnings()[1]).toMatch(/allkeys-lru.*noeviction/);
  });

  test("has nothing to say of a server that keeps what it acknowledges", async () => {
    const server = await start({ appendonly: "everysec" });
    const store = given.store({ url: server.url });
    await store.migrate();
    expect(warnings()).toEqual([]);
  });

  test("works where the settings must not be read", async () => {
    const server = await start({ appendonly: "always" });
    const admin = await given.client(server.url);
    await admin.sendCommand(
      "ACL SETUSER app on >secret ~coatcheck:* &coatcheck:* -@all +get +mget +getrange +set +del +zadd +zrem +zrange +zremrangebyscore +pttl +pexpire +time +publish +subscribe +unsubscribe +evalsha +eval +ping +hello".split(
        " ",
      ),
    );
    const store = given.store({ url: server.url.replace("redis://", "redis://app:secret@") });
    const kept = record({ userId: "7" });
    await store.migrate();
    await store.insert(kept);
    const watch = await store.watch(() => {});
    expect(await store.update({ ...kept, version: 2, userId: "8" }, 1)).toBe(true);
    expect(await store.find(kept.id)).toMatchObject({ version: 2 });
    expect(await store.deleteByUser("8")).toBe(1);
    await watch.caughtUp();
    expect(warnings()).toEqual([]);
    await expect(store.check()).rejects.toThrow("NOPERM");
    await admin.sendCommand(["ACL", "SETUSER", "app", "+info"]);
    expect((await store.check()).map(({ message }) => message).join(" ")).toContain(
      "does not tell how often",
    );
  });
});

describe("the check", () => {
  const summary = (findings: readonly { level: string; message: string }[]) =>
    findings.map(({ level, message }) => `${level}: ${message}`).join("\n");

  test("is content with a server that keeps everything", async () => {
    const server = await start({ appendonly: "always" });
    const findings = await given.store({ url: server.url }).check();
    expect(new Set(findings.map(({ level }) => level))).toEqual(new Set(["ok"]));
    expect(summary(findings)).toContain("appendfsync always");
  });

  test("says what each setting can lose, and what to do", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const policy = ["--maxmemory-policy", "volatile-ttl"];
    const careless = await start({ args: policy });
    const usual = await start({ appendonly: "everysec" });
    const asleep = await start({ appendonly: "everysec", args: ["--appendfsync", "no"] });
    const check = async (server: TestServer) => given.store({ url: server.url }).check();
    const findings = [await check(careless), await check(usual), await check(asleep)];
    expect(summary(findings[0]!)).toMatch(/error: Redis keeps no append-only file[^]*error: .*volatile-ttl/);
    expect(summary(findings[1]!)).toMatch(/warning: .*two seconds/);
    expect(summary(findings[2]!)).toMatch(/error: .*operating system/);
    for (const { level, fix } of findings.flat()) expect(fix === undefined).toBe(level === "ok");
  });

  test("compares the clocks, and counts the replicas", async () => {
    const server = await start({ appendonly: "always" });
    const admin = await given.client(server.url);
    await start({ args: ["--replicaof", "127.0.0.1", String(server.port)] });
    await until("the replica follows", async () =>
      (await admin.info("replication")).includes("connected_slaves:1"),
    );
    const findings = async (now: () => number) =>
      summary(await given.store({ url: server.url, now }).check());
    expect(await findings(() => Date.now() - 60_000)).toMatch(
      /warning: The clock of Redis is (59|60) seconds ahead of/,
    );
    expect(await findings(() => Date.now() + 60_000)).toMatch(/warning: .* seconds behind/);
    expect(await findings(Date.now)).not.toContain("clock");
    expect(await findings(Date.now)).toMatch(/warning: Redis has 1 replica, .*failover/);
  });

  test("rejects when there is no server", async () => {
    const server = await start();
    await server.kill();
    await expect(given.store({ url: server.url }).check()).rejects.toThrow("ECONNREFUSED");
  });
});

describe("a server that does not answer", () => {
  /** A store with a session in it, over a link that can fall silent. */
  async function linked() {
    const server = await start({ appendonly: "always" });
    const link = await given.link(server.port);
    const store = given.store({ url: link.url, prefix: freshPrefix() });
    const kept = record();
    await store.insert(kept);
    return { link, store, kept };
  }

  test("costs no memory when it is gone: commands are refused at once", async () => {
    const server = await start({ appendonly: "always" });
    const store = given.store({ url: server.url, prefix: freshPrefix() });
    const kept = record();
    await store.insert(kept);
    await server.kill();
    const outcomes = await Promise.allSettled(Array.from({ length: 20_000 }, () => store.find(kept.id)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    await server.start();
    await until("the store has found the server again", () =>
      store.find(kept.id).then(
        (found) => found !== undefined,
        () => false,
      ),
    );
  });

  test("costs little memory when it is silent: what is too much is refused", async ({ task }) => {
    const server = await start({ appendonly: "always" });
    const store = given.store({ url: server.url, prefix: freshPrefix() });
    await store.migrate();
    server.pause();
    const count = { refused: 0, answered: 0 };
    const reasons = new Set<string>();
    const note = (asked: Promise<unknown>): Promise<void> =>
      asked.then(
        () => void count.answered++,
        (error: Error) => {
          count.refused++;
          reasons.add(error.message);
        },
      );
    const asked = Array.from({ length: 30_000 }, (_, n) => note(store.find(`none ${n}`)));
    asked.push(...Array.from({ length: 30_000 }, () => note(store.update(record(), 1))));
    await until("the rest is refused", () => count.refused >= 40_000);
    const { answered, refused } = count;
    expect([...reasons]).toEqual(["Too much waits for the store."]);
    server.resume();
    await Promise.all(asked);
    expect(answered).toBe(0);
    task.meta.note = `${refused} of 30,000 lookups and as many updates at a silent server were refused at once, the others waited`;
  });

  test("does not end the process, and is not waited for at the end", async () => {
    const server = await start({ appendonly: "always" });
    const store = given.store({ url: server.url, prefix: freshPrefix() });
    await store.watch(() => {});
    server.pause();
    const began = performance.now();
    await store.close();
    expect(performance.now() - began).toBeLessThan(4000);
    await expect(store.find("none")).rejects.toThrow("closed");
  });

  test("is waited for by many in one place, while the connection is made", async () => {
    const server = await start({ appendonly: "always" });
    const emitted: string[] = [];
    const note = (warning: Error): void => void emitted.push(warning.name);
    process.on("warning", note);
    given.later(() => process.off("warning", note));
    const store = given.store({ url: server.url, prefix: freshPrefix() });
    await Promise.all(Array.from({ length: 100 }, () => store.find("none")));
    await store.migrate();
    expect(emitted).toEqual([]);
  });

  test("is found again when the connection was dead though open", async () => {
    const { link, store, kept } = await linked();
    link.silence(0);
    await expect(store.find(kept.id)).rejects.toThrow("Disconnects");
    expect((await store.find(kept.id))?.id).toBe(kept.id);
  });

  test("is found again also by who asks for what others wait for already", async () => {
    const { link, store, kept } = await linked();
    await store.find(kept.id);
    // The connection has just been asked whether it is alive: who asks now does not ask it again.
    link.silence(0);
    const first = store.find(kept.id);
    await delay(1100);
    const outcomes = await Promise.allSettled([first, store.find(kept.id)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect((await store.find(kept.id))?.id).toBe(kept.id);
  });
});
