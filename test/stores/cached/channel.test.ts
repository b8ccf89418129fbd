import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cachedStore } from "../../../src/stores/cached.ts";
import type { SessionStore, StoreChange } from "../../../src/stores/store.ts";
import { asks, gate, Link, pass, silence, someRecord, stopTime, warmCache } from "./link.ts";

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

describe("a notification", () => {
  test("of a change drops the record", async () => {
    const { cache, link, id, next } = await warmCache();
    await link.origin.update(next, 1);
    await pass();
    expect(await cache.find(id)).toEqual(next);
  });

  test("of a removal drops the record", async () => {
    const { cache, link, id } = await warmCache();
    await link.origin.delete(id);
    await pass();
    expect(await cache.find(id)).toBeUndefined();
  });

  test("of a version that is known drops nothing", async () => {
    const warm = await warmCache();
    warm.link.tell({ type: "updated", id: warm.id, version: 1 });
    expect(await asks(warm)).toBe(false);
    warm.link.tell({ type: "updated", id: warm.id, version: 2 });
    expect(await asks(warm)).toBe(true);
  });

  test("of another record drops nothing", async () => {
    const warm = await warmCache();
    warm.link.tell({ type: "deleted", id: "another" });
    expect(await asks(warm)).toBe(false);
  });

  test("of missed ones drops everything", async () => {
    const warm = await warmCache();
    warm.link.tell({ type: "missed" });
    await pass(1000);
    expect(await asks(warm)).toBe(true);
    expect(await asks(warm)).toBe(false);
  });

  const changes: [string, (id: string) => StoreChange][] = [
    ["a change", (id) => ({ type: "updated", id, version: 2 })],
    ["a removal", (id) => ({ type: "deleted", id })],
    ["missed ones", () => ({ type: "missed" })],
  ];
  test.each(changes)(
    "of %s keeps a lookup that is under way out of the cache, and to itself",
    async (_, change) => {
      const { cache, link, id, next } = await warmCache();
      link.tell({ type: "deleted", id });
      const { closed, open } = gate();
      link.back = closed;
      const early = cache.find(id);
      await pass();
      link.deliver = () => undefined;
      await link.origin.update(next, 1);
      link.tell(change(id));
      link.back = () => undefined;
      const later = cache.find(id);
      open();
      expect((await early)?.version).toBe(1);
      expect((await later)?.version).toBe(2);
      await pass(1000);
      expect((await cache.find(id))?.version).toBe(2);
    },
  );

  test("leaves a lookup from after it alone, when one from before comes back", async () => {
    const { cache, link, id } = await warmCache();
    link.tell({ type: "deleted", id });
    const [before, after] = [gate(), gate()];
    link.back = before.closed;
    const early = cache.find(id);
    await pass();
    link.tell({ type: "updated", id, version: 1 });
    link.back = after.closed;
    const later = [cache.find(id)];
    before.open();
    await early;
    later.push(cache.find(id));
    after.open();
    await Promise.all(later);
    await cache.find(id);
    expect(link.calls).toEqual([`find ${id}`, `find ${id}`]);
  });
});

describe("the cache stands aside", () => {
  test("until a watch has started and has proven that it works", async () => {
    const link = new Link();
    const cache = cachedStore(link.store, { maxAge: 10 });
    const record = someRecord();
    await link.origin.insert(record);
    const [started, proven] = [gate(), gate()];
    [link.start, link.prove] = [started.closed, proven.closed];
    const warm = { cache: cache as Required<SessionStore>, link, id: record.id };
    expect([await asks(warm), await asks(warm)]).toEqual([true, true]);
    started.open();
    await pass();
    expect([await asks(warm), await asks(warm)]).toEqual([true, true]);
    proven.open();
    await pass();
    expect(await asks(warm)).toBe(false);
  });

  test("with what was read before the watch had started", async () => {
    const link = new Link();
    const cache = cachedStore(link.store, { maxAge: 10 }) as Required<SessionStore>;
    const record = someRecord();
    await link.origin.insert(record);
    const { closed, open } = gate();
    link.start = closed;
    await cache.find(record.id);
    open();
    await pass();
    expect(await asks({ cache, link, id: record.id })).toBe(true);
    expect(await asks({ cache, link, id: record.id })).toBe(false);
  });

  test("two heartbeats after the last proof was asked for, and is back with the next one", async () => {
    const warm = await warmCache();
    const { closed, open } = gate();
    warm.link.prove = closed;
    // A heartbeat is a second here. The last proof was asked for at 0; the one of 1000 stays away.
    await pass(1000);
    await pass(999);
    expect(await asks(warm)).toBe(false);
    await pass(1);
    expect(await asks(warm)).toBe(true);
    expect(await asks(warm)).toBe(true);
    open();
    await pass(1000);
    expect(await asks(warm)).toBe(false);
  });

  test("although a proof comes, when it was asked for too long ago", async () => {
    const warm = await warmCache();
    const { closed, open } = gate();
    warm.link.prove = closed;
    await pass(1000);
    await warm.cache.find(warm.id);
    await pass(1999);
    warm.link.prove = () => silence;
    open();
    await pass();
    expect(await asks(warm)).toBe(false);
    await pass(1);
    expect(await asks(warm)).toBe(true);
  });

  test("at once when a proof fails", async () => {
    const warm = await warmCache();
    warm.link.prove = () => {
      throw new Error("no connection");
    };
    await pass(1000);
    expect(await asks(warm)).toBe(true);
  });

  test("when a proof was asked for before notifications were missed", async () => {
    const warm = await warmCache();
    const { closed, open } = gate();
    warm.link.prove = closed;
    await pass(1000);
    warm.link.tell({ type: "missed" });
    await warm.cache.find(warm.id);
    warm.link.prove = () => silence;
    open();
    await pass();
    expect(await asks(warm)).toBe(true);
  });

  test("and answers again what it had kept, when no notification was missed", async () => {
    const warm = await warmCache();
    const { closed, open } = gate();
    warm.link.prove = closed;
    await pass(2500);
    open();
    await pass();
    await warm.cache.find("another");
    await pass(1000);
    expect(await asks(warm)).toBe(false);
  });
});

describe("the heart", () => {
  test("beats every second while the cache is used, and no more when nobody uses it", async () => {
    const { cache, link, id } = await warmCache();
    link.beats = 0;
    for (let second = 0; second < 10; second++) {
      await cache.find(id);
      await pass(1000);
    }
    expect(link.beats).toBe(10);
    await pass(3_600_000);
    expect(link.beats).toBe(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("beats four times in maxAge, when that is less than four seconds", async () => {
    const { cache, link, id } = await warmCache({ maxAge: 1 });
    link.beats = 0;
    for (let beat = 0; beat < 4; beat++) {
      await cache.find(id);
      await pass(250);
    }
    expect(link.beats).toBe(4);
  });

  test("starts again with the first lookup after a rest, which goes to the store", async () => {
    const warm = await warmCache({ maxAge: 3600 });
    await pass(60_000);
    const { beats } = warm.link;
    expect(await asks(warm)).toBe(true);
    await pass();
    expect(warm.link.beats).toBe(beats + 1);
    expect(await asks(warm)).toBe(false);
  });

  test("leaves one timer behind for the next beat, and one for the deadlines of all lookups", async () => {
    const warm = await warmCache();
    for (let n = 0; n < 5; n++) await warm.cache.find(`other ${n}`);
    expect(vi.getTimerCount()).toBe(2);
  });

  test.each([
    ["waits for a proof", () => silence],
    ["waits for its next beat", () => undefined],
  ])("does not keep the process alive while it %s", async (_what, prove) => {
    vi.useRealTimers();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const link = new Link();
    link.prove = prove;
    const cache = cachedStore(link.store, { maxAge: 10 });
    const before = timers();
    await cache.find("x");
    while (link.beats === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(timers()).toBe(before);
  });
});
