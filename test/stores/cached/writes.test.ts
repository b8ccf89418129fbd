import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CachedStoreOptions } from "../../../src/stores/cached.ts";
import type { StoreChange } from "../../../src/stores/store.ts";
import { gate, pass, someRecord, stopTime, warmCache } from "./link.ts";

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

describe("after a write of its own, a cached store", () => {
  /** Both notifications and the write itself are lost sight of: only what this process knows counts. */
  async function deaf(options: Partial<CachedStoreOptions> = {}) {
    const warm = await warmCache(options);
    warm.link.deliver = () => undefined;
    return warm;
  }

  test("answers what an update wrote, without asking", async () => {
    const { cache, link, id, next } = await deaf();
    expect(await cache.update(next, 1)).toBe(true);
    expect(await cache.find(id)).toEqual(next);
    expect(link.calls).toEqual([`update ${id}`]);
  });

  test("answers what an update wrote also when it hears of it", async () => {
    const { cache, link, id, next } = await warmCache();
    await cache.update(next, 1);
    link.tell({ type: "updated", id, version: 2 });
    await cache.find(id);
    expect(link.calls).toEqual([`update ${id}`]);
  });

  test("asks again when an update came too late", async () => {
    const { cache, link, id, next } = await deaf();
    await link.origin.update({ ...next, data: '"faster"' }, 1);
    expect(await cache.update(next, 1)).toBe(false);
    expect((await cache.find(id))?.data).toBe('"faster"');
  });

  test.each([
    ["was spent", { successor: "x" }],
    ["was ended", { expiresAt: 0 }],
  ])("keeps no record that %s", async (_how, end) => {
    const { cache, link, id, next } = await deaf();
    await cache.update({ ...next, ...end }, 1);
    const found = await link.origin.find(id);
    expect(await cache.find(id)).toEqual(found);
    expect(link.calls).toEqual([`update ${id}`, `find ${id}`]);
  });

  test("does not answer what it has deleted", async () => {
    const { cache, id } = await deaf();
    await cache.delete(id);
    expect(await cache.find(id)).toBeUndefined();
  });

  test("does not answer what it has deleted of a user, and goes on answering the others", async () => {
    const { cache, link, id, record } = await deaf();
    const [kept, other] = [someRecord({ userId: "7" }), someRecord({ userId: "77" })];
    for (const one of [kept, other]) {
      await link.origin.insert(one);
      await cache.find(one.id);
    }
    link.calls.length = 0;
    expect(await cache.deleteByUser(record.userId!, kept.id)).toBe(1);
    expect(await cache.find(id)).toBeUndefined();
    for (const one of [kept, other]) expect(await cache.find(one.id)).toEqual(one);
    expect(link.calls).toEqual(["deleteByUser 7", `find ${id}`]);
  });

  type Warm = Awaited<ReturnType<typeof deaf>>;
  const writes: [string, (warm: Warm) => Promise<unknown>][] = [
    ["update", ({ cache, next }) => cache.update(next, 1)],
    ["delete", ({ cache, id }) => cache.delete(id)],
    ["deleteByUser", ({ cache }) => cache.deleteByUser("7")],
  ];

  describe.each(writes)("an %s", (method, write) => {
    /** A cache that knows nothing of the record any more, and a lookup of it that has read it and is on its way back. */
    async function lookupUnderWay(warm: Warm) {
      warm.link.tell({ type: "deleted", id: warm.id });
      const { closed, open } = gate();
      warm.link.back = (call) => (call === "find" ? closed() : undefined);
      const found = warm.cache.find(warm.id);
      await pass();
      warm.link.back = () => undefined;
      return { found, open };
    }

    test("is not undone by a lookup from before that comes back after it", async () => {
      const warm = await deaf();
      const { found, open } = await lookupUnderWay(warm);
      await write(warm);
      open();
      await found;
      expect((await warm.cache.find(warm.id))?.version).toBe(method === "update" ? 2 : undefined);
    });

    test("does not let anybody share a lookup from before", async () => {
      const warm = await deaf();
      const { found, open } = await lookupUnderWay(warm);
      await write(warm);
      const later = warm.cache.find(warm.id);
      open();
      await found;
      expect((await later)?.version).toBe(method === "update" ? 2 : undefined);
    });

    test("is not undone by a lookup that started after it was asked for and came back before", async () => {
      const warm = await deaf();
      const { closed, open } = gate();
      warm.link.there = (call) => (call === method ? closed() : undefined);
      const written = write(warm);
      await pass();
      // Asked for: the write may have been done already.
      expect((await warm.cache.find(warm.id))?.version).toBe(1);
      expect(warm.link.calls).toContain(`find ${warm.id}`);
      open();
      await written;
      expect((await warm.cache.find(warm.id))?.version).toBe(method === "update" ? 2 : undefined);
    });

    test("is not undone by a lookup that started while it was under way and comes back after it", async () => {
      const warm = await deaf();
      const writing = gate();
      warm.link.there = (call) => (call === method ? writing.closed() : undefined);
      const written = write(warm);
      await pass();
      const { found, open } = await lookupUnderWay(warm);
      writing.open();
      await written;
      open();
      await found;
      expect((await warm.cache.find(warm.id))?.version).toBe(method === "update" ? 2 : undefined);
    });

    describe.each([0, 60])("that was done and not acknowledged, with staleFor %s,", (staleFor) => {
      async function unacknowledged() {
        const warm = await deaf({ staleFor });
        const { closed, open } = gate();
        warm.link.there = (call) => (call === method ? closed() : undefined);
        const written = write(warm).catch((error: { code: string }) => error.code);
        await pass();
        const lose = async (): Promise<void> => {
          warm.link.back = (call) => {
            if (call === method) throw new Error("lost on the way");
          };
          open();
          expect(await written).toBe("ERR_SESSION_STORE");
        };
        return { warm, lose };
      }

      test("leaves nothing that is answered without asking", async () => {
        const { warm, lose } = await unacknowledged();
        expect((await warm.cache.find(warm.id))?.version).toBe(1);
        await lose();
        expect((await warm.cache.find(warm.id))?.version).toBe(method === "update" ? 2 : undefined);
      });

      test("is not undone by a lookup from before that comes back after it", async () => {
        const { warm, lose } = await unacknowledged();
        const { found, open } = await lookupUnderWay(warm);
        await lose();
        open();
        await found;
        expect((await warm.cache.find(warm.id))?.version).toBe(method === "update" ? 2 : undefined);
      });
    });
  });

  test.each([
    ["that removed it", (id: string): StoreChange => ({ type: "deleted", id })],
    ["that changed it", (id: string): StoreChange => ({ type: "updated", id, version: 3 })],
    ["that was missed", (): StoreChange => ({ type: "missed" })],
  ])("does not keep what was overtaken by a change %s", async (_how, change) => {
    const { cache, link, id, next } = await deaf();
    const { closed, open } = gate();
    link.back = (method) => (method === "update" ? closed() : undefined);
    const updated = cache.update(next, 1);
    await pass();
    await link.origin.delete(id);
    link.tell(change(id));
    open();
    expect(await updated).toBe(true);
    await pass(1000);
    await cache.find("another");
    await pass();
    expect(await cache.find(id)).toBeUndefined();
  });

  test("keeps what it has written although its own notification comes first", async () => {
    const { cache, link, id, next } = await deaf();
    const { closed, open } = gate();
    link.back = (method) => (method === "update" ? closed() : undefined);
    const updated = cache.update(next, 1);
    await pass();
    link.tell({ type: "updated", id, version: 2 });
    open();
    await updated;
    await cache.find(id);
    expect(link.calls).toEqual([`update ${id}`]);
  });

  test("does not keep the earlier of two updates whose acknowledgements cross", async () => {
    const { cache, link, id, next } = await deaf();
    const { closed, open } = gate();
    link.back = (method) => (method === "update" ? closed() : undefined);
    const first = cache.update(next, 1);
    await pass();
    link.back = () => undefined;
    expect(await cache.update({ ...next, version: 3 }, 2)).toBe(true);
    open();
    await first;
    expect((await cache.find(id))?.version).toBe(3);
  });
});
