import { asyncProperty, check, scheduler, stringify } from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stopTime } from "./link.ts";
import { CacheWorld, plan, type Channel } from "./model.ts";

const RUNS = process.env["COATCHECK_SCALE"] === "full" ? 20_000 : 1500;

beforeEach(stopTime);
afterEach(() => void vi.useRealTimers());

const channels: { channel: Channel; never: string }[] = [
  { channel: "works", never: "what is known to have changed" },
  { channel: "lies", never: "what was changed maxAge ago" },
];

describe("two caches, in any order of calls, notifications and time", { timeout: 600_000 }, () => {
  test.for(channels)("over a channel that $channel never answer $never", async ({ channel }, { task }) => {
    let [asked, sent] = [0, 0];
    const property = asyncProperty(scheduler(), plan, async (order, steps) => {
      vi.clearAllTimers();
      const world = new CacheWorld(order);
      await world.run(steps, channel);
      asked += world.asked;
      sent += world.sent;
    });
    const { failed, counterexample, errorInstance } = await check(property, { numRuns: RUNS, seed: 11 });
    expect(failed ? `${String(errorInstance)}\n${stringify(counterexample)}` : "").toBe("");
    task.meta.note = `${asked - sent} of ${asked} lookups answered by a cache`;
    expect((asked - sent) / asked).toBeGreaterThan(0.1);
  });
});
