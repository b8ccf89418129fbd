import { beforeEach, describe, expect, test, vi } from "vitest";
import { Deadlines } from "../src/deadlines.ts";

const PATIENCE = 0.2;

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

describe("deadlines", () => {
  test("fall due in the order of beginning, each at its own time", () => {
    const deadlines = new Deadlines(PATIENCE);
    const late: string[] = [];
    deadlines.begin(() => late.push("first"));
    vi.advanceTimersByTime(50);
    deadlines.begin(() => late.push("second"));
    vi.advanceTimersByTime(149);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(late).toEqual(["first"]);
    vi.advanceTimersByTime(50);
    expect(late).toEqual(["first", "second"]);
  });

  test.each([
    ["first", 0],
    ["middle", 1],
    ["last", 2],
  ])("leave the others alone when the %s of them is met", (_which, met) => {
    const deadlines = new Deadlines(PATIENCE);
    const late: number[] = [];
    const calls = [0, 1, 2].map((n) => deadlines.begin(() => late.push(n)));
    expect(deadlines.end(calls[met]!)).toBe(true);
    expect(deadlines.end(calls[met]!)).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(late).toEqual([0, 1, 2].filter((n) => n !== met));
    expect(calls.map((call) => deadlines.end(call))).toEqual([false, false, false]);
  });

  test("hold for what begins long after, and in what is called when one is missed", () => {
    const deadlines = new Deadlines(PATIENCE);
    const late: string[] = [];
    for (let n = 0; n < 3; n++) deadlines.end(deadlines.begin(() => late.push("never")));
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
    deadlines.begin(() => {
      late.push("first");
      deadlines.begin(() => late.push("second"));
    });
    vi.advanceTimersByTime(PATIENCE * 1000 + 1);
    expect(late).toEqual(["first"]);
    vi.advanceTimersByTime(PATIENCE * 1000 + 1);
    expect(late).toEqual(["first", "second"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("need one timer, however many calls there are", () => {
    const deadlines = new Deadlines(PATIENCE);
    for (let n = 0; n < 100; n++) {
      const call = deadlines.begin(() => undefined);
      if (n % 2 === 0) deadlines.end(call);
    }
    expect(vi.getTimerCount()).toBe(1);
  });

  test("keep the process alive while a call is under way, and not beyond", () => {
    vi.useRealTimers();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const deadlines = new Deadlines(60);
    const first = deadlines.begin(() => undefined);
    expect(timers()).toBe(before + 1);
    deadlines.end(first);
    expect(timers()).toBe(before);
    const second = deadlines.begin(() => undefined);
    expect(timers()).toBe(before + 1);
    deadlines.end(second);
    expect(timers()).toBe(before);
  });
});
