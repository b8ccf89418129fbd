import { readFileSync, writeFileSync } from "node:fs";
import { fillIn, placesIn, slug } from "./lib/document.ts";
import {
  byTable,
  claimSection,
  judgeAll,
  machineSection,
  tableOf,
  type Judged,
  type Measured,
} from "./lib/report.ts";
import type { Results } from "./lib/results.ts";
import { plots } from "./plots.ts";

/** The first has what most readers look for, the second the rest. */
const DOCUMENTS = ["performance.md", "performance-tables.md"].map(
  (file) => new URL(`../docs/${file}`, import.meta.url),
);
const IMAGES = new URL("../docs/images/", import.meta.url);

/**
 * Writes results into the documentation: its tables, and the plots of which everything has been measured.
 *
 * @throws Error when a table has no place in any document.
 */
export function publish(scenarios: readonly Measured[], results: Results): void {
  const claims = judgeAll(scenarios, results);
  const isMet = ({ verdict }: Judged): boolean => verdict === "met";
  const tables = new Map([
    ["machine", machineSection(scenarios, results)],
    // First what a reader must not miss; what holds is long.
    [
      "claims-not-met",
      claimSection(
        "### Not met",
        claims.filter((one) => !isMet(one)),
      ),
    ],
    ["claims-met", claimSection("## Met", claims.filter(isMet))],
  ]);
  for (const [name, group] of byTable(scenarios)) {
    const written = tableOf(group, results);
    if (written !== undefined) tables.set(slug(name), written);
  }
  for (const document of DOCUMENTS) {
    const before = readFileSync(document, "utf8");
    const after = fillIn(before, tables);
    if (after !== before) writeFileSync(document, after);
    for (const name of placesIn(before)) tables.delete(name);
  }
  for (const { file, draw } of plots) {
    const image = draw(results);
    if (image !== undefined) writeFileSync(new URL(file, IMAGES), image);
  }
  if (tables.size > 0)
    throw new Error(`No document has a place for the tables ${[...tables.keys()].join(", ")}.`);
}
