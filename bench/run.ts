/**
 * `npm run bench`: Coatcheck beside its peers, in turns. `docs/performance.md` explains what comes out. Fails on a
 * wrong answer; a full run also when a claim does not hold.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { judge } from "./lib/claims.ts";
import { describeMachine } from "./lib/machine.ts";
import { checkAll, measure } from "./lib/measure.ts";
import { rateTable } from "./lib/rate-table.ts";
import type { Outcome, Scenario } from "./lib/scenario.ts";
import { createStages } from "./lib/stage.ts";
import { restless, table } from "./lib/table.ts";
import { scenarios } from "./scenarios/index.ts";

const { values: options } = parseArgs({
  options: {
    /** Only checks that everything runs and answers correctly. */
    short: { type: "boolean", default: false },
    /** Only scenarios whose name contains this. */
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "27" },
    /** Stored sessions. */
    rows: { type: "string", default: "100000" },
    /** Counts the rounds that others on the machine disturbed, too. */
    anyhow: { type: "boolean", default: false },
    /** Name of the file in bench/results. */
    name: { type: "string", default: "latest" },
  },
});
const SHORT_ROWS = 600;
const rounds = Number(options.rounds);
const stages = createStages(options.short ? SHORT_ROWS : Number(options.rows));
const wanted = scenarios.filter(({ name }) => name.includes(options.only));
if (wanted.length === 0) throw new Error(`No scenario's name contains "${options.only}".`);

try {
  if (options.short) await checkShortly();
  else await measureAll();
} finally {
  await stages.clear();
}

async function checkShortly(): Promise<void> {
  for (const scenario of wanted) {
    await stages.enter(scenario.stage);
    await checkAll(scenario);
    console.log(`${scenario.name}: ${scenario.tasks.length} tasks answer correctly`);
  }
}

async function measureAll(): Promise<void> {
  const machine = describeMachine();
  const { packages, ...system } = machine;
  console.log(list(packages));
  console.log(list(system));

  const outcomes: Outcome[] = [];
  for (const [n, scenario] of wanted.entries()) {
    const { name, title, base } = scenario;
    const stage = await stages.enter(scenario.stage);
    const samples = await measure(scenario, rounds, { serverPid: stage?.pid, anyhow: options.anyhow });
    outcomes.push({ name, title, base, server: stage?.version, samples });
    if (wanted[n + 1]?.title !== title)
      report(
        scenario,
        outcomes.filter((outcome) => outcome.title === title),
      );
    judgeAll(scenario, outcomes.at(-1)!);
  }

  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ machine, outcomes }, rounded, 1);
  const oneLineEach = text.replaceAll(/\[[-\d.,\s]+\]/g, (numbers) => numbers.replaceAll(/\s+/g, ""));
  writeFileSync(new URL(`${options.name}.json`, folder), `${oneLineEach}\n`);
  console.log(`\nRaw results: bench/results/${options.name}.json`);
}

/** Prints a table once all of its scenarios have been measured. */
function report({ title, stage }: Scenario, measured: readonly Outcome[]): void {
  const { samples, base, server } = measured.at(-1)!;
  if (stage === undefined) console.log(`\n${title}\n\n${table(samples, base)}\n`);
  else console.log(`\n${title} (${server})\n\n${rateTable(measured)}\n`);
}

function judgeAll({ name, claims }: Scenario, { samples }: Outcome): void {
  for (const task of restless(samples))
    console.log(`${name}: the rounds of "${task}" differ by more than a fifth.`);
  for (const claim of claims) {
    const { holds, text } = judge(claim, samples);
    console.log(`${holds ? "holds" : "DOES NOT HOLD"}: ${name}: ${text}`);
    if (!holds) process.exitCode = 1;
  }
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
