import { setImmediate } from "node:timers/promises";
import type { DatabaseStore } from "coatcheck";
import { idOf } from "../lib/rows.ts";
import { quantile } from "../lib/statistics.ts";

/** What readers notice, in milliseconds. */
export interface Waits {
  readonly longest: number;
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
  /** When the first question was asked and each answer came. A list that grows would be copied now and then, for ten milliseconds. */
  readonly #moments = new Float64Array(MOST_READS);
  #count = 0;

  /** @param live - Rows to go through. */
  constructor(store: DatabaseStore, live: number) {
    this.#store = store;
    this.#ids = Array.from({ length: live }, (_, row) => idOf(row));
    this.#moments[0] = performance.now();
  }

  /** How many there were so far. */
  get count(): number {
    return this.#count;
  }

  /** Once at least. From one answer to the next: whatever holds up the process or the database is in it. */
  async during(isGoingOn: () => boolean): Promise<void> {
    do {
      const found = await this.#store.find(this.#ids[this.#count % this.#ids.length]!);
      if (found === undefined) throw new Error("A live session is gone.");
      await setImmediate();
      if (++this.#count === MOST_READS) throw new Error("More reads than there is room for.");
      this.#moments[this.#count] = performance.now();
    } while (isGoingOn());
  }

  /** For so long, and once at least. */
  lasting(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    return this.during(() => performance.now() < end);
  }

  /** What the reads from this one on had to wait, up to but without another. */
  waits(first: number, end: number): Waits {
    const waits: number[] = [];
    for (let read = first; read < end; read++) waits.push(this.#took(read, read + 1));
    const longest = waits.reduce((most, wait) => Math.max(most, wait), 0);
    return { longest, p99: quantile(waits, 0.99), took: this.#took(first, end) };
  }

  /** The same of the last reads before this one, as many as make up this time, or all. */
  waitsBefore(end: number, milliseconds: number): Waits {
    let first = end;
    while (first > 0 && this.#took(first, end) < milliseconds) first--;
    return this.waits(first, end);
  }

  #took(first: number, end: number): number {
    return this.#moments[end]! - this.#moments[first]!;
  }
}
