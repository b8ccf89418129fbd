import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createElapsedClock } from "../../../src/stores/cached/clock.ts";
import type { SessionStore } from "../../../src/stores/store.ts";
import { asks, gate, pass, stopTime, warmCache } from "./link.ts";

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

/** Lets time pass while others use the cache: nobody keeps its heart beating otherwise. */
async function passInUse(cache: SessionStore, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed++) {
    if (passed % 100 === 0) void cache.find("another");
    await pass(1);
  }
}

/** A cache whose channel claims to work and tells nothing, over a record that was removed at this moment. */
async function deceived(maxAge = 10) {
  const warm = await warmCache({ maxAge });
  warm.link.deliver = () => undefined;
  await warm.link.origin.delete(warm.id);
  return warm;
}

describe("a record that was removed without a word", () => {
  test("is answered until maxAge, and not at it", async () => {
    const { cache, id } = await deceived();
    let age = 0;
    for (; age < 9999; age += 101) {
      expect(await cache.find(id)).toBeDefined();
      await pass(101);
    }
    await pass(9999 - age);
    expect(await cache.find(id)).toBeDefined();
    await pass(1);
    expect(await cache.find(id)).toBeUndefined();
  });

  test("is as old as the moment at which its lookup was sent, however late the answer came", async () => {
    const { cache, link, id } = await warmCache({ maxAge: 1, timeout: 5 });
    link.tell({ type: "deleted", id });
    const { closed, open } = gate();
    link.back = closed;
    const found = cache.find(id);
    await pass();
    link.back = () => undefined;
    await passInUse(cache, 900);
    link.deliver = () => undefined;
    await link.origin.delete(id);
    open();
    expect(await found).toBeDefined();
    await passInUse(cache, 99);
    expect(await cache.find(id)).toBeDefined();
    await pass(1);
    expect(await cache.find(id)).toBeUndefined();
  });

  test("is not answered by a lookup that took longer than maxAge: it is sent again, once", async () => {
    const { cache, link, id } = await warmCache({ maxAge: 1, timeout: 5 });
    link.tell({ type: "deleted", id });
    const late = [gate(), gate()];
    let n = 0;
    link.back = () => late[n++]!.closed();
    const found = Promise.allSettled([cache.find(id)]);
    await pass(1000);
    late[0]!.open();
    await pass(1000);
    late[1]!.open();
    expect(await found).toMatchObject([{ status: "rejected", reason: { code: "ERR_SESSION_STORE" } }]);
    expect(n).toBe(2);
  });

  test("is as old as the moment at which the update that wrote it was sent", async () => {
    const { cache, link, id, next } = await warmCache({ maxAge: 1, timeout: 5 });
    link.deliver = () => undefined;
    const { closed, open } = gate();
    link.back = (method) => (method === "update" ? closed() : undefined);
    const updated = cache.update(next, 1);
    await passInUse(cache, 900);
    await link.origin.delete(id);
    open();
    await updated;
    await passInUse(cache, 99);
    expect(await cache.find(id)).toBeDefined();
    await pass(1);
    expect(await cache.find(id)).toBeUndefined();
  });

  test("is not answered longer because the wall clock was set back", async () => {
    const { cache, id } = await deceived();
    await pass(5000);
    vi.setSystemTime(Date.now() - 3_600_000);
    await cache.find(id);
    await pass(5000);
    expect(await cache.find(id)).toBeUndefined();
  });

  test("is not answered after a sleep in which the monotonic clock stood still", async () => {
    const { cache, id } = await deceived();
    vi.setSystemTime(Date.now() + 10_000);
    expect(await cache.find(id)).toBeUndefined();
  });
});

test("a channel is not healthy after a sleep in which the monotonic clock stood still", async () => {
  const warm = await warmCache({ maxAge: 3600 });
  vi.setSystemTime(Date.now() + 2000);
  expect(await asks(warm)).toBe(true);
});

describe("the clock of the cache", () => {
  function setUp() {
    const time = { monotonic: 50, wall: 1_000_000 };
    const elapsed = createElapsedClock(
      () => time.monotonic,
      () => time.wall,
    );
    const start = elapsed();
    return { time, passed: () => elapsed() - start };
  }

  test("runs with the monotonic one, and is not moved by a wall clock that goes back", () => {
    const { time, passed } = setUp();
    time.monotonic += 1000;
    time.wall += 1000;
    expect(passed()).toBe(1000);
    time.wall -= 5000;
    time.monotonic += 10;
    expect(passed()).toBe(1010);
  });

  test("counts a wall clock's leap forward, each time, also after one back", () => {
    const { time, passed } = setUp();
    time.wall += 3000;
    expect(passed()).toBe(3000);
    time.wall -= 10_000;
    expect(passed()).toBe(3000);
    time.wall += 500;
    expect(passed()).toBe(3500);
  });

  test("does not run faster because the wall clock counts whole milliseconds", () => {
    const { time, passed } = setUp();
    const wall = time.wall;
    for (let step = 1; step <= 10_000; step++) {
      time.monotonic = 50 + step / 10;
      time.wall = wall + Math.round(step / 10);
      passed();
    }
    expect(passed()).toBe(1000);
  });
});
