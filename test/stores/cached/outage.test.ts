import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { circuitsInside } from "../../../src/circuit-inside.ts";
import { gate, pass, silence, someRecord, stopTime, warmCache } from "./link.ts";

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

type Warm = Awaited<ReturnType<typeof warmCache>>;

const outages: [string, () => Promise<never>][] = [
  ["refuses", () => Promise.reject(new Error("connection refused"))],
  ["is silent", () => silence],
];

/** The store and its channel are gone from now on. */
function breakDown({ link }: Warm, outage: () => Promise<never>): void {
  link.there = link.prove = link.start = outage;
  link.tell({ type: "missed" });
  link.deliver = () => undefined;
}

/** Answers, once the patience with the store is over. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const settled = promise.catch((error: { code: string }) => error.code);
  await pass(210);
  return settled;
}

describe.each(outages)("while the store %s", (_how, outage) => {
  test("a lookup and a write are refused in time, and what is kept is not answered", async () => {
    const warm = await warmCache();
    const { cache, id, next } = warm;
    breakDown(warm, outage);
    for (let n = 0; n < 5; n++) expect(await outcome(cache.find(id))).toBe("ERR_SESSION_STORE");
    for (const write of [
      () => cache.update(next, 1),
      () => cache.delete(id),
      () => cache.insert(someRecord()),
    ])
      expect(await outcome(write())).toBe("ERR_SESSION_STORE");
  });

  test("what was read staleFor ago at most is answered, and nothing past it", async () => {
    const warm = await warmCache({ staleFor: 60 });
    const { cache, id, record } = warm;
    breakDown(warm, outage);
    for (let ms = 0; ms < 59_750; ms += 210) expect(await outcome(cache.find(id))).toEqual(record);
    await pass(210);
    expect(await outcome(cache.find(id))).toBe("ERR_SESSION_STORE");
  });

  test("nothing is answered past staleFor, although the wall clock was set back", async () => {
    const warm = await warmCache({ staleFor: 60 });
    breakDown(warm, outage);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(await outcome(warm.cache.find(warm.id))).toEqual(warm.record);
    await pass(60_000);
    expect(await outcome(warm.cache.find(warm.id))).toBe("ERR_SESSION_STORE");
  });

  test("updates are refused, and what was read before them is still answered", async () => {
    const warm = await warmCache({ staleFor: 60 });
    const { cache, id, next, record } = warm;
    breakDown(warm, outage);
    for (let n = 0; n < 5; n++) {
      expect(await outcome(cache.update(next, 1))).toBe("ERR_SESSION_STORE");
      expect(await outcome(cache.find(id))).toEqual(record);
    }
  });

  const ends: [string, (warm: Warm) => Promise<unknown>][] = [
    ["was to be removed", ({ cache, id }) => cache.delete(id)],
    ["was to be removed with its user's", ({ cache }) => cache.deleteByUser("7")],
    ["was to be spent", ({ cache, next }) => cache.update({ ...next, successor: "x" }, 1)],
    ["was to be ended", ({ cache, next }) => cache.update({ ...next, expiresAt: 0 }, 1)],
  ];
  test.each(ends)("nothing is answered of a record that %s", async (_what, end) => {
    const warm = await warmCache({ staleFor: 60 });
    breakDown(warm, outage);
    const ended = end(warm).catch((error: { code: string }) => error.code);
    await pass(2100);
    expect(await ended).toBe("ERR_SESSION_STORE");
    expect(await outcome(warm.cache.find(warm.id))).toBe("ERR_SESSION_STORE");
  });

  test("nothing is answered of a record of which a removal or a change was told before", async () => {
    const warm = await warmCache({ staleFor: 60 });
    const { cache, link, id } = warm;
    const other = someRecord();
    await link.origin.insert(other);
    await cache.find(other.id);
    link.tell({ type: "deleted", id });
    link.tell({ type: "updated", id: other.id, version: 2 });
    breakDown(warm, outage);
    expect(await outcome(cache.find(id))).toBe("ERR_SESSION_STORE");
    expect(await outcome(cache.find(other.id))).toBe("ERR_SESSION_STORE");
  });

  test("nothing is answered of a record that the store did not know any more", async () => {
    const warm = await warmCache({ staleFor: 60 });
    const { cache, link, id } = warm;
    link.deliver = () => undefined;
    await link.origin.delete(id);
    link.tell({ type: "missed" });
    expect(await cache.find(id)).toBeUndefined();
    breakDown(warm, outage);
    expect(await outcome(cache.find(id))).toBe("ERR_SESSION_STORE");
  });

  test("nothing is answered of a record that was found to be changed", async () => {
    const warm = await warmCache({ staleFor: 60 });
    const { cache, link, id, next } = warm;
    link.deliver = () => undefined;
    await link.origin.delete(id);
    expect(await cache.update(next, 1)).toBe(false);
    breakDown(warm, outage);
    expect(await outcome(cache.find(id))).toBe("ERR_SESSION_STORE");
  });

  test("no record is answered that has expired", async () => {
    const warm = await warmCache({ staleFor: 60 });
    const { cache, link } = warm;
    const brief = someRecord({ expiresAt: Date.now() + 1000 });
    await link.origin.insert(brief);
    await cache.find(brief.id);
    breakDown(warm, outage);
    expect(await outcome(cache.find(brief.id))).toEqual(brief);
    await pass(1000);
    expect(await outcome(cache.find(brief.id))).toBe("ERR_SESSION_STORE");
  });

  test("nobody waits for it any more after a few times, and it is asked again when it is back", async () => {
    const warm = await warmCache({ staleFor: 3600 });
    const { cache, link, id } = warm;
    breakDown(warm, outage);
    for (let n = 0; n < 5; n++) await outcome(cache.find(id));
    let answered = false;
    void cache.find(id).then(() => (answered = true));
    await pass();
    expect(answered).toBe(true);

    link.there = link.prove = link.start = () => undefined;
    await link.origin.delete(id);
    for (let ms = 0; ms < 2000; ms += 100) {
      await cache.find(id);
      await pass(100);
    }
    expect(await cache.find(id)).toBeUndefined();
  });
});

test("a store that comes back is asked once for each record, however many ask", async () => {
  const warm = await warmCache();
  const { cache, link } = warm;
  const records = Array.from({ length: 10 }, () => someRecord());
  for (const record of records) await link.origin.insert(record);
  breakDown(warm, () => silence);
  for (let n = 0; n < 3; n++) await outcome(cache.find(`${n}`));
  const { closed, open } = gate();
  link.there = closed;
  await pass(600);
  link.calls.length = 0;
  // The first one is the probe; the others follow as soon as it was answered.
  const probe = cache.find("probe");
  await pass();
  open();
  await probe;
  const asked = records.flatMap(({ id }) => Array.from({ length: 100 }, () => cache.find(id)));
  expect((await Promise.all(asked)).every((found) => found !== undefined)).toBe(true);
  expect(link.calls).toHaveLength(11);
});

test("a cache has its circuit with it, and says whether it reads on", async () => {
  const [strict, mild] = [await warmCache(), await warmCache({ staleFor: 1 })];
  expect(circuitsInside.get(strict.cache)?.readsOn).toBe(false);
  expect(circuitsInside.get(mild.cache)?.readsOn).toBe(true);
});

test("an answer from an outage is not taken for a current one afterwards", async () => {
  const warm = await warmCache({ staleFor: 60 });
  const { cache, link, id, next } = warm;
  breakDown(warm, () => Promise.reject(new Error("connection refused")));
  await outcome(cache.find(id));
  await link.origin.update(next, 1);
  link.there = link.prove = link.start = () => undefined;
  await pass(1000);
  expect((await cache.find(id))?.version).toBe(2);
});
