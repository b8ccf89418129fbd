import { grouped, percent, times } from "./numbers.ts";
import { QUANTITIES } from "./quantities.ts";
import { samplesOf, valuesOf, type Samples } from "./samples.ts";
import type { Outcome } from "./scenario.ts";
import { median, ratio, spread } from "./statistics.ts";
import { markdown } from "./table.ts";

type Cell = (samples: Samples, base: Samples) => string;

const RATE: [string, Cell] = ["a second", (own) => grouped(1e6 / median(valuesOf(own, "wall")))];
const RATIO: [string, Cell] = [
  "ratio",
  (own, base) => `${times(ratio(valuesOf(own, "wall"), valuesOf(base, "wall")))} ×`,
];

/**
 * Writes what a server can do in a second as a Markdown table: one line a task, and side by side how many operations
 * were under way. Ratios are of the time that an operation takes in all; the spread is the largest of them.
 *
 * @param outcomes - Of the same tasks, one for each number of operations at once.
 */
export function rateTable(outcomes: readonly Outcome[]): string {
  const counts = outcomes.map(({ samples }) => samples[0]!.inFlight);
  const columns = [RATE, RATIO, medianOf("cpu"), ...(outcomes.some(hasServer) ? [medianOf("server")] : [])];
  const head = columns.flatMap(([name]) => counts.map((count) => `${name}, ${count}`));
  const rows = outcomes[0]!.samples.map(({ name }) => {
    const own = outcomes.map(({ samples }) => samplesOf(samples, name));
    const cells = columns.flatMap(([, cell]) =>
      outcomes.map(({ samples, base }, n) => cell(own[n]!, samplesOf(samples, base))),
    );
    return [name, ...cells, percent(Math.max(...own.map((one) => spread(valuesOf(one, "wall")))))];
  });
  return markdown([["", ...head, "spread"], ...rows]);
}

function medianOf(quantity: "cpu" | "server"): [string, Cell] {
  const { head, write } = QUANTITIES[quantity];
  return [head, (own) => write(median(valuesOf(own, quantity)))];
}

function hasServer({ samples }: Outcome): boolean {
  return samples.some((own) => valuesOf(own, "server").some((value) => value > 0));
}
