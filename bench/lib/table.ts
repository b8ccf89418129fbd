import type { Samples } from "./measure.ts";
import { median, ratio, spread } from "./statistics.ts";

/** Whether rounds differed too much for a median to mean much. */
const RESTLESS = 0.2;

/**
 * Writes samples as a Markdown table.
 *
 * @param baseName - Whose processor time the last column counts in.
 */
export function table(samples: readonly Samples[], baseName: string): string {
  const base = samples.find(({ name }) => name === baseName)!;
  const rows = samples.map(({ name, cpu, wall }) => [
    name,
    micro(median(cpu)),
    micro(median(wall)),
    percent(spread(cpu)),
    `${times(ratio(cpu, base.cpu))} ×`,
  ]);
  return markdown([["", "CPU µs", "wall µs", "spread", "ratio"], ...rows]);
}

/** Samples that should be measured again on a quieter machine. */
export function restless(samples: readonly Samples[]): string[] {
  return samples.filter(({ cpu }) => spread(cpu) > RESTLESS).map(({ name }) => name);
}

/** Writes cells as a Markdown table: the first column's to the left, all others to the right. */
export function markdown([head, ...rows]: string[][]): string {
  const widths = head!.map((_, i) => Math.max(...[head!, ...rows].map((row) => row[i]!.length), 3));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [head!, rule, ...rows].map(line).join("\n");
}

export function micro(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function times(value: number): string {
  return value >= 20 ? value.toFixed(0) : value.toFixed(2);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
