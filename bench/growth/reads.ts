import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import type { DatabaseStore } from "coatcheck";
import { idOf } from "../lib/rows.ts";
import { quantile } from "../lib/statistics.ts";

/** What readers notice, in milliseconds. */
export interface Waits {
  readonly longest: number;
  /** The longest, without the time in which this process collected its own garbage: reads are held up by that with or without a sweep. */
  readonly held: number;
  readonly p99: number;
  /** How long it was measured. */
  readonly took: number;
}

/** More than there is time for. */
const MOST_READS = 2 ** 23;

/** Reads sessions one after the other, and notes when each answer came. */
export class Reads {
  readonly #store: DatabaseStore;
  readonly #ids: readonly string[];
  /** When the first question was asked and each answer came. Numbers in a list that grows would be copied now and then, for ten milliseconds. */
  readonly #moments = new Float64Array(MOST_READS);
  #count = 0;
  readonly #collections: { readonly from: number; readonly to: number }[] = [];
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime: from, duration } of list.getEntries())
      this.#collections.push({ from, to: from + duration });
  });

  /** @param live - Rows to go through. */
  constructor(store: DatabaseStore, live: number) {
    this.#store = store;
    this.#ids = Array.from({ length: live }, (_, row) => idOf(row));
    this.#moments[0] = performance.now();
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** @returns the number of the read that comes next. */
  get next(): number {
    return this.#count;
  }

  /** From one answer to the next: whatever holds up the process or the database is in it. */
  async during(isGoingOn: () => boolean): Promise<void> {
    while (isGoingOn()) {
      const found = await this.#store.find(this.#ids[this.#count % this.#ids.length]!);
      if (found === undefined) throw new Error("A live session is gone.");
      await setImmediate();
      if (++this.#count === MOST_READS) throw new Error("More reads than there is room for.");
      this.#moments[this.#count] = performance.now();
    }
  }

  /** For so long. */
  lasting(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    return this.during(() => performance.now() < end);
  }

  /** How long these reads took. */
  took(first: number, end: number): number {
    return this.#moments[end]! - this.#moments[first]!;
  }

  /** The first of the reads before `end` that make up this time. */
  backFrom(end: number, milliseconds: number): number {
    let first = end;
    while (first > 0 && this.took(first, end) < milliseconds) first--;
    return first;
  }

  /** What these reads had to wait. */
  async waits(first: number, end: number): Promise<Waits> {
    // What the observer has not been told of yet.
    await setImmediate();
    const waits: number[] = [];
    let held = 0;
    for (let read = first; read < end; read++) {
      const wait = this.took(read, read + 1);
      waits.push(wait);
      if (wait > held) held = Math.max(held, wait - this.#collecting(read));
    }
    const longest = waits.reduce((most, wait) => Math.max(most, wait), 0);
    return { longest, held, p99: quantile(waits, 0.99), took: this.took(first, end) };
  }

  close(): void {
    this.#observer.disconnect();
  }

  /** How much of a read went into collecting garbage. */
  #collecting(read: number): number {
    const [asked, answered] = [this.#moments[read]!, this.#moments[read + 1]!];
    return this.#collections.reduce(
      (sum, { from, to }) => sum + Math.max(0, Math.min(to, answered) - Math.max(from, asked)),
      0,
    );
  }
}
