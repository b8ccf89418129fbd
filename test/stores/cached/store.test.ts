import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cachedStore, type CachedStoreOptions } from "../../../src/stores/cached.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { SessionStore } from "../../../src/stores/store.ts";
import { gate, pass, someRecord, stopTime, warmCache } from "./link.ts";

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

describe("a cached store", () => {
  test("answers a record that it has read without asking again", async () => {
    const { cache, link, id, record } = await warmCache();
    expect(await cache.find(id)).toEqual(record);
    expect(link.calls).toEqual([]);
  });

  test("answers records that others' changes do not reach", async () => {
    const { cache, id, record, next } = await warmCache();
    const one = (await cache.find(id)) as { data: string };
    one.data = '"changed by a reader"';
    expect(await cache.find(id)).toEqual(record);
    const mine = { ...next };
    await cache.update(mine, 1);
    mine.data = '"changed after it was handed over"';
    expect((await cache.find(id))?.data).toBe(next.data);
  });

  test("keeps nothing of what does not exist", async () => {
    const { cache, link } = await warmCache();
    await cache.find("forged");
    await cache.find("forged");
    expect(link.calls).toEqual(["find forged", "find forged"]);
  });

  test("answers no record that has expired since it was read", async () => {
    const { cache, link } = await warmCache();
    const brief = someRecord({ expiresAt: Date.now() + 500 });
    await link.origin.insert(brief);
    await cache.find(brief.id);
    await pass(499);
    expect(await cache.find(brief.id)).toEqual(brief);
    await pass(1);
    expect(await cache.find(brief.id)).toBeUndefined();
    expect(link.calls).toEqual([`find ${brief.id}`, `find ${brief.id}`]);
  });

  test("answers no record that expired on its way", async () => {
    const { cache, link } = await warmCache();
    const brief = someRecord({ expiresAt: Date.now() + 100 });
    await link.origin.insert(brief);
    const { closed, open } = gate();
    link.back = closed;
    const found = cache.find(brief.id);
    await pass(100);
    open();
    expect(await found).toBeUndefined();
  });

  test("has one lookup of a record under way, however many ask", async () => {
    const { cache, link } = await warmCache();
    const other = someRecord();
    await link.origin.insert(other);
    const { closed, open } = gate();
    link.there = closed;
    const asked = Array.from({ length: 100 }, () => cache.find(other.id));
    await pass();
    expect(link.calls).toEqual([`find ${other.id}`]);
    open();
    expect((await Promise.all(asked)).every((found) => found?.id === other.id)).toBe(true);
  });

  test("finds what it has inserted, although a lookup from before is still under way", async () => {
    const { cache, link } = await warmCache();
    const other = someRecord();
    const { closed, open } = gate();
    link.back = (method) => (method === "find" ? closed() : undefined);
    const early = cache.find(other.id);
    await cache.insert(other);
    const later = cache.find(other.id);
    open();
    expect(await early).toBeUndefined();
    expect((await later)?.id).toBe(other.id);
  });

  test("has the optional methods that its store has", () => {
    const { find, insert, update, delete: remove, watch } = memoryStore();
    const bare = cachedStore({ find, insert, update, delete: remove, watch }, { maxAge: 1 });
    expect(Object.keys(bare).toSorted()).toEqual(["delete", "find", "insert", "update", "watch"]);
    const full = cachedStore(memoryStore(), { maxAge: 1 });
    expect(Object.keys(full).toSorted()).toEqual(Object.keys(memoryStore()).toSorted());
  });

  const { watch: _, ...blind } = memoryStore();
  const wrong: [string, SessionStore, Partial<CachedStoreOptions>][] = [
    ["a store that cannot watch", blind, {}],
    ...[0, -1, NaN, Infinity, undefined].map((maxAge): (typeof wrong)[0] => [
      `a maxAge of ${maxAge}`,
      memoryStore(),
      { maxAge } as Partial<CachedStoreOptions>,
    ]),
    ["a negative staleFor", memoryStore(), { staleFor: -1 }],
    ["no entries", memoryStore(), { maxEntries: 0 }],
    ["no bytes", memoryStore(), { maxBytes: NaN }],
    ["no time", memoryStore(), { timeout: 0 }],
    ["an option that there is not", memoryStore(), { stalefor: 300 } as object],
  ];
  test.each(wrong)("refuses %s", (_what, store, options) => {
    expect(() => cachedStore(store, { maxAge: 1, ...options })).toThrow(
      expect.objectContaining({ code: "ERR_SESSION_CONFIG" }),
    );
  });
});
