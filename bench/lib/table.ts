import { medianColumn, ratioColumn, spreadColumn, type Column } from "./columns.ts";
import { valuesOf, samplesOf, type Samples } from "./samples.ts";
import { spread } from "./statistics.ts";

/** Whether rounds differed too much for a median to mean much. */
const RESTLESS = 0.2;

/** What is told of tasks that need nothing but a processor. */
export const TASK_COLUMNS: readonly Column[] = [
  medianColumn("cpu"),
  medianColumn("wall"),
  spreadColumn("cpu"),
  ratioColumn("cpu"),
];

/**
 * Writes samples as a Markdown table, one line for each.
 *
 * @param baseName - Whom ratios are counted in.
 */
export function table(samples: readonly Samples[], columns: readonly Column[], baseName: string): string {
  const base = samplesOf(samples, baseName);
  const rows = samples.map((own) => [own.name, ...columns.map(({ cell }) => cell(own, base))]);
  return markdown([["", ...columns.map(({ head }) => head)], ...rows]);
}

/** Samples that should be measured again on a quieter machine. */
export function restless(samples: readonly Samples[]): string[] {
  const isRestless = (own: Samples) => {
    const values = valuesOf(own, "cpu");
    return values.length > 0 && spread(values) > RESTLESS;
  };
  return samples.filter(isRestless).map(({ name }) => name);
}

/** Writes cells as a Markdown table: the first column's to the left, all others to the right. */
export function markdown([head, ...rows]: string[][]): string {
  const widths = head!.map((_, i) => Math.max(...[head!, ...rows].map((row) => row[i]!.length), 3));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [head!, rule, ...rows].map(line).join("\n");
}
