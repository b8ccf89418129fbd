import { readFileSync, writeFileSync } from "node:fs";
import { fillIn, slug } from "./lib/document.ts";
import { byTable, claimTable, judgeAll, machineTable, tableOf, type Measured } from "./lib/report.ts";
import type { Results } from "./lib/results.ts";
import { plots } from "./plots.ts";

const DOCUMENT = new URL("../docs/performance.md", import.meta.url);
const IMAGES = new URL("../docs/images/", import.meta.url);

/** Writes results into the documentation: its tables, and the plots of which everything has been measured. */
export function publish(scenarios: readonly Measured[], results: Results): void {
  const tables = new Map([
    ["machine", machineTable(results.machine)],
    ["claims", claimTable(judgeAll(scenarios, results))],
  ]);
  for (const [name, group] of byTable(scenarios)) {
    const written = tableOf(group, results);
    if (written !== undefined) tables.set(slug(name), written);
  }
  const before = readFileSync(DOCUMENT, "utf8");
  const after = fillIn(before, tables);
  if (after !== before) writeFileSync(DOCUMENT, after);
  for (const { file, draw } of plots) {
    const image = draw(results);
    if (image !== undefined) writeFileSync(new URL(file, IMAGES), image);
  }
}
