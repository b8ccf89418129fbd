import type { Samples } from "./measure.ts";
import type { Outcome } from "./scenario.ts";
import { median, ratio, spread } from "./statistics.ts";
import { markdown, micro, percent, times } from "./table.ts";

/**
 * Writes what a server can do in a second as a Markdown table: one line a task, and side by side how many operations
 * were under way. Ratios are of the time that an operation takes in all; the spread is the largest of them.
 *
 * @param outcomes - Of the same tasks, one for each number of operations at once.
 */
export function rateTable(outcomes: readonly Outcome[]): string {
  const counts = outcomes.map(({ samples }) => samples[0]!.inFlight);
  const columns: [string, (samples: Samples, base: Samples) => string][] = [
    ["a second", ({ wall }) => grouped(1e6 / median(wall))],
    ["ratio", ({ wall }, base) => `${times(ratio(wall, base.wall))} ×`],
    ["CPU µs", ({ cpu }) => micro(median(cpu))],
    ...(outcomes.some(hasServer)
      ? [["server µs", ({ server }: Samples) => micro(median(server))] as [string, (of: Samples) => string]]
      : []),
  ];
  const head = columns.flatMap(([name]) => counts.map((count) => `${name}, ${count}`));
  const rows = outcomes[0]!.samples.map(({ name }) => {
    const own = outcomes.map(({ samples }) => find(samples, name));
    const cells = columns.flatMap(([, cell]) =>
      outcomes.map(({ samples, base }, n) => cell(own[n]!, find(samples, base))),
    );
    return [name, ...cells, percent(Math.max(...own.map(({ wall }) => spread(wall))))];
  });
  return markdown([["", ...head, "spread"], ...rows]);
}

function hasServer({ samples }: Outcome): boolean {
  return samples.some(({ server }) => median(server) > 0);
}

function find(samples: readonly Samples[], wanted: string): Samples {
  return samples.find(({ name }) => name === wanted)!;
}

/** 12345.6 as "12,300": three digits are more than a median is worth. */
function grouped(rate: number): string {
  return Number(rate.toPrecision(3)).toLocaleString("en");
}
