/**
 * `npm run bench`: Coatcheck beside its peers, in turns. `docs/performance.md` explains what comes out. Fails on a
 * wrong answer; a full run also when a claim does not hold.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { judge } from "./lib/claims.ts";
import { describeMachine } from "./lib/machine.ts";
import { checkAll, measure } from "./lib/measure.ts";
import type { Outcome } from "./lib/scenario.ts";
import { restless, table } from "./lib/table.ts";
import { scenarios } from "./scenarios/index.ts";

const { values: options } = parseArgs({
  options: {
    /** Only checks that everything runs and answers correctly. */
    short: { type: "boolean", default: false },
    /** Only scenarios whose name contains this. */
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "27" },
    /** Name of the file in bench/results. */
    name: { type: "string", default: "latest" },
  },
});
const rounds = Number(options.rounds);
const wanted = scenarios.filter(({ name }) => name.includes(options.only));
if (wanted.length === 0) throw new Error(`No scenario's name contains "${options.only}".`);

if (options.short) {
  for (const scenario of wanted) {
    await checkAll(scenario);
    console.log(`${scenario.name}: ${scenario.tasks.length} tasks answer correctly`);
  }
} else {
  const machine = describeMachine();
  const { packages, ...system } = machine;
  console.log(list(packages));
  console.log(list(system));

  const outcomes: Outcome[] = [];
  for (const scenario of wanted) {
    const { name, title, base, claims } = scenario;
    const samples = await measure(scenario, rounds);
    outcomes.push({ name, title, base, samples });
    console.log(`\n${title}\n\n${table(samples, base)}\n`);
    for (const task of restless(samples)) console.log(`The rounds of "${task}" differ by more than a fifth.`);
    for (const claim of claims) {
      const { holds, text } = judge(claim, samples);
      console.log(`${holds ? "holds" : "DOES NOT HOLD"}: ${text}`);
      if (!holds) process.exitCode = 1;
    }
  }

  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ machine, outcomes }, rounded, 1);
  const oneLineEach = text.replaceAll(/\[[-\d.,\s]+\]/g, (numbers) => numbers.replaceAll(/\s+/g, ""));
  writeFileSync(new URL(`${options.name}.json`, folder), `${oneLineEach}\n`);
  console.log(`\nRaw results: bench/results/${options.name}.json`);
}

function list(values: object): string {
  return Object.entries(values)
    .map((entry) => entry.join(" "))
    .join(", ");
}

/** A thousandth of a microsecond is less than the clock can tell. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
