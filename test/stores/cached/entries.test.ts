import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CachedEntries } from "../../../src/stores/cached/entries.ts";
import { cachedStore } from "../../../src/stores/cached.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { asks, pass, someRecord, stopTime, warmCache } from "./link.ts";

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

describe("a cache that is full", () => {
  test("gives up the record that was used least recently", async () => {
    const { cache, link } = await warmCache({ maxEntries: 3 });
    const records = Array.from({ length: 4 }, () => someRecord());
    for (const record of records) await link.origin.insert(record);
    const [a, b, c, d] = records.map(({ id }) => id);
    for (const id of [a, b, c, a, d]) await cache.find(id!);
    const asked: boolean[] = [];
    for (const id of [d, a, c]) asked.push(await asks({ cache, link, id: id! }));
    expect(asked).toEqual([false, false, false]);
    expect(await asks({ cache, link, id: b! })).toBe(true);
  });

  test("counts what the texts of a record take", async () => {
    const { cache, link } = await warmCache({ maxBytes: 100_000 });
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) {
      const record = someRecord({ data: JSON.stringify("x".repeat(10_000)) });
      ids.push(record.id);
      await link.origin.insert(record);
      await cache.find(record.id);
    }
    const kept: string[] = [];
    for (const id of ids.toReversed()) if (!(await asks({ cache, link, id }))) kept.push(id);
    expect(kept).toEqual(ids.slice(-4).toReversed());
  });

  test("does not give up everything for one record that is too large", async () => {
    const warm = await warmCache({ maxBytes: 10_000 });
    const large = someRecord({ data: JSON.stringify("x".repeat(10_000)) });
    await warm.link.origin.insert(large);
    expect(await warm.cache.find(large.id)).toEqual(large);
    expect(await asks({ ...warm, id: large.id })).toBe(true);
    expect(await asks(warm)).toBe(false);
  });

  test("has room again for what was dropped, however often", async () => {
    const warm = await warmCache({ maxBytes: 2000 });
    for (let n = 2; n < 100; n++) {
      await warm.link.origin.update({ ...warm.next, version: n }, n - 1);
      await pass();
      await warm.cache.find(warm.id);
      expect(await asks(warm)).toBe(false);
    }
  });
});

test("every property of every record comes back, also from places that others have left", () => {
  const entries = new CachedEntries({ maxEntries: 3000, maxBytes: Infinity });
  const records = Array.from({ length: 9000 }, (_, n) =>
    someRecord({
      id: `${n}`,
      version: n,
      createdAt: n + 0.25,
      lastSeenAt: n + 2 ** 41,
      authenticatedAt: n % 2 === 0 ? undefined : n,
      expiresAt: n + 3,
      absoluteExpiresAt: n + 4,
      ...(n % 3 === 0 && { [["flash", "device", "authentication", "successor"][n % 4]!]: `text ${n}` }),
    }),
  );
  for (const [n, record] of records.entries()) {
    entries.put(record, n / 2, 0);
    if (n % 5 === 0) entries.delete(`${n - 1}`);
  }
  let kept = 0;
  for (const [n, record] of records.entries()) {
    const entry = entries.get(record.id);
    if (entry === undefined) continue;
    kept++;
    expect(entries.recordOf(record.id, entry)).toEqual(record);
    expect([entries.readAt(entry), entries.expiresAt(entry)]).toEqual([n / 2, n + 3]);
  }
  expect(kept).toBe(3000);
});

test("each text counts, and is given back", () => {
  const entries = new CachedEntries({ maxEntries: 1000, maxBytes: 10_000 });
  const keep = (fields: object): boolean => {
    const record = someRecord({ id: "i", ...fields });
    entries.put(record, 0, 0);
    return entries.get("i") !== undefined;
  };
  const text = "x".repeat(5000);
  for (let n = 0; n < 3; n++) {
    for (const field of ["id", "userId", "data", "flash", "device", "successor"]) {
      expect(keep({ [field]: text })).toBe(false);
      expect(keep({ [field === "id" ? "data" : field]: text.slice(600) })).toBe(true);
    }
    entries.delete("i");
  }
});

test("a record without texts counts too", () => {
  const entries = new CachedEntries({ maxEntries: 1000, maxBytes: 10_000 });
  for (let n = 0; n < 100; n++) entries.put(someRecord({ id: `${n}` }), 0, 0);
  const kept = Array.from({ length: 100 }, (_, n) => entries.get(`${n}`)).filter((one) => one !== undefined);
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.length).toBeLessThan(25);
});

test("200,000 ids leave as much behind as the bounds allow", { timeout: 60_000 }, async ({ task }) => {
  vi.useRealTimers();
  const origin = memoryStore();
  const data = JSON.stringify("x".repeat(500));
  // Every id is there, and none takes place in the store.
  const record = someRecord();
  const find = async (id: string) => ({ ...record, id, data: `${data.slice(0, -1)}${id}"` });
  const cache = cachedStore({ ...origin, find }, { maxAge: 3600, maxBytes: 8 * 1024 * 1024 });
  await cache.find("first");
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 200_000; n += 1000)
    await Promise.all(Array.from({ length: 1000 }, (_, m) => cache.find(`${n + m}`.padStart(43, "0"))));
  gc();
  const grown = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
  task.meta.note = `heap grown by ${grown.toFixed(1)} MiB`;
  expect(grown).toBeLessThan(16);
});
