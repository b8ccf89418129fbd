import type { TestContext } from "vitest";

/** Whether this is the run that shows the figures, and not the one that shows that everything still works. */
export const full: boolean = process.env["COATCHECK_SCALE"] === "full";

/** A quantity at the scale of this run. */
export const scale = (small: number, large: number): number => (full ? large : small);

/** Puts figures into the report of the tests; the full run prints them at once. */
export function report(task: TestContext["task"], ...lines: string[]): void {
  task.meta.note = lines.join("; ");
  if (full) for (const line of lines) console.log(`  ${line}`);
}

/** The value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Milliseconds as they are printed. */
export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** A whole number from 0 up to, and without, `below`. */
export const below = (end: number): number => Math.floor(Math.random() * end);

/** One of several, at random. */
export const oneOf = <T>(values: readonly T[]): T => values[below(values.length)]!;
