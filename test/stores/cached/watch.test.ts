import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cachedStore } from "../../../src/stores/cached.ts";
import type { SessionStore, StoreChange } from "../../../src/stores/store.ts";
import { asks, gate, Link, pass, silence, someRecord, stopTime, warmCache } from "./link.ts";

beforeEach(stopTime);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a watch", () => {
  test("that does not start is tried again, at most once a second, as long as the cache is used", async () => {
    const link = new Link();
    link.start = () => {
      throw new Error("no connection");
    };
    const cache = cachedStore(link.store, { maxAge: 10 }) as Required<SessionStore>;
    const record = someRecord();
    await link.origin.insert(record);
    for (let ms = 0; ms < 30_000; ms += 100) {
      expect(await cache.find(record.id)).toEqual(record);
      await pass(100);
    }
    expect(link.watches).toBeGreaterThan(25);
    expect(link.watches).toBeLessThan(35);
    const tried = link.watches;
    await pass(3_600_000);
    expect(link.watches).toBeLessThanOrEqual(tried + 1);
    link.start = () => undefined;
    await cache.find(record.id);
    await pass(1000);
    await cache.find(record.id);
    expect(await asks({ cache, link, id: record.id })).toBe(false);
  });

  test("that starts when nobody waits for it any more is stopped", async () => {
    const link = new Link();
    const cache = cachedStore(link.store, { maxAge: 10 });
    const { closed, open } = gate();
    link.start = closed;
    await cache.find("x");
    await pass(5000);
    link.start = () => undefined;
    await cache.find("x");
    await pass(1000);
    expect([link.watches, link.stops]).toEqual([2, 0]);
    open();
    await pass();
    expect([link.watches, link.stops]).toEqual([2, 1]);
  });

  test.each([
    ["stay away", () => silence],
    ["fail", () => Promise.reject(new Error("no connection"))],
  ])(
    "whose proofs %s is given up and started anew, and what was read before it is asked for again",
    async (_, prove) => {
      const warm = await warmCache({ maxAge: 3600 });
      warm.link.prove = prove;
      for (let ms = 0; ms < 10_000 && warm.link.watches === 1; ms += 500) {
        await warm.cache.find("another");
        await pass(500);
      }
      expect([warm.link.watches, warm.link.stops]).toEqual([2, 1]);
      warm.link.prove = () => undefined;
      await warm.cache.find("another");
      await pass(3000);
      await warm.cache.find("another");
      await pass(1);
      expect(await asks(warm)).toBe(true);
      expect(await asks(warm)).toBe(false);
    },
  );

  test("of which a proof fails now and then goes on", async () => {
    const { cache, link } = await warmCache();
    for (let beat = 0; beat < 20; beat++) {
      link.prove = () => (beat % 3 === 0 ? undefined : Promise.reject(new Error("no connection")));
      await cache.find("another");
      await pass(1000);
    }
    expect([link.watches, link.stops]).toEqual([1, 0]);
  });

  test("is started once, however many ask for it at the same time", async () => {
    const link = new Link();
    const { closed, open } = gate();
    link.start = closed;
    const cache = cachedStore(link.store, { maxAge: 10 }) as Required<SessionStore>;
    const watches = [cache.watch(() => undefined), cache.watch(() => undefined)];
    await cache.find("x");
    open();
    await Promise.all(watches);
    expect(link.watches).toBe(1);
  });

  test("of the cache is told of everything, through the one watch of the store", async () => {
    const { cache, link, id, next } = await warmCache();
    const changes: StoreChange[] = [];
    const watch = await cache.watch((change) => changes.push(change));
    await cache.update(next, 1);
    await link.origin.delete(id);
    await watch.caughtUp();
    expect(changes).toEqual([
      { type: "updated", id, version: 2 },
      { type: "deleted", id },
    ]);
    expect(link.watches).toBe(1);
    await watch.stop();
    link.tell({ type: "missed" });
    expect(changes).toHaveLength(2);
  });

  test("of the cache asks the store's watch for its proof", async () => {
    const { cache, link } = await warmCache();
    const watch = await cache.watch(() => undefined);
    link.prove = () => {
      throw new Error("no connection");
    };
    await expect(watch.caughtUp()).rejects.toThrow("no connection");
  });

  test("of the cache does not start when the store's does not", async () => {
    const link = new Link();
    link.start = () => {
      throw new Error("no connection");
    };
    const cache = cachedStore(link.store, { maxAge: 10 }) as Required<SessionStore>;
    await expect(cache.watch(() => undefined)).rejects.toThrow("no connection");
    link.start = () => silence;
    const [watch] = await Promise.allSettled([cache.watch(() => undefined), pass(5000)]);
    expect(watch).toMatchObject({ status: "rejected", reason: { code: "ERR_SESSION_STORE" } });
  });

  test("of the cache learns that it missed something while the store's was started anew, though nobody looks anything up", async () => {
    const { cache, link } = await warmCache();
    const changes: StoreChange[] = [];
    const watch = await cache.watch((change) => changes.push(change));
    link.prove = () => Promise.reject(new Error("no connection"));
    for (let second = 0; second < 5; second++) {
      await cache.find("another");
      await pass(1000);
      if (link.stops > 0) link.start = () => Promise.reject(new Error("no connection"));
    }
    expect(changes).toEqual([]);
    await expect(watch.caughtUp()).rejects.toMatchObject({ code: "ERR_SESSION_STORE" });
    await pass(60_000);
    link.start = link.prove = () => undefined;
    await pass(1000);
    expect(changes).toEqual([{ type: "missed" }]);
    await watch.caughtUp();
  });

  test("of the cache is not disturbed by another whose listener throws", async () => {
    const { cache, link, id } = await warmCache();
    const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await cache.watch(() => {
      throw new Error("a listener's own");
    });
    const changes: StoreChange[] = [];
    await cache.watch((change) => changes.push(change));
    await link.origin.delete(id);
    await pass();
    expect(changes).toEqual([{ type: "deleted", id }]);
    expect(errors).toHaveBeenCalledOnce();
  });
});
