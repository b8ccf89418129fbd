/**
 * `npm run bench`: Coatcheck beside its peers, in turns. `docs/performance.md` explains what comes out. Fails on a
 * wrong answer and on a claim that is not met; a full run also on one that was not measured.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { checkAll, measure } from "./lib/measure.ts";
import type { RoundCount } from "./lib/quiet.ts";
import { byTable, judgeAll, tableOf, type Measured } from "./lib/report.ts";
import { openResults, readResults, type Results } from "./lib/results.ts";
import { setScale } from "./lib/scale.ts";
import type { Studied, Study } from "./lib/scenario.ts";
import { sourceState } from "./lib/source.ts";
import { createStages } from "./lib/stage.ts";
import { restless } from "./lib/table.ts";
import { publish } from "./publish.ts";
import { scenarios } from "./scenarios/index.ts";

/** The results that the documentation shows. */
const PUBLISHED = "latest";

const { values: options } = parseArgs({
  options: {
    /** Only checks that everything runs and answers correctly. */
    short: { type: "boolean", default: false },
    /** Writes tables and plots from earlier results, without measuring. */
    plots: { type: "boolean", default: false },
    /** Only scenarios whose name contains this. */
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "27" },
    /** Stored sessions. */
    rows: { type: "string", default: "100000" },
    /** Follows growth up to ten million sessions. */
    "ten-million": { type: "boolean", default: false },
    /** Counts the rounds that others on the machine disturbed, too. */
    anyhow: { type: "boolean", default: false },
    /** Name of the file in bench/results. The tables and plots of the documentation follow the default alone. */
    name: { type: "string", default: PUBLISHED },
  },
});
// As a deployed application runs: every process of the run inherits it.
process.env["NODE_ENV"] = "production";
setScale({ short: options.short, tenMillion: options["ten-million"] });
const SHORT_ROWS = 600;
const rounds = options.short ? 1 : Number(options.rounds);
const anyhow = options.short || options.anyhow;
const stages = createStages(options.short ? SHORT_ROWS : Number(options.rows));
const wanted = scenarios.filter(({ name }) => name.includes(options.only));
if (wanted.length === 0) throw new Error(`No scenario's name contains "${options.only}".`);

try {
  if (options.plots) publishAgain();
  else if (options.short) await checkShortly();
  else await measureAll();
} finally {
  await stages.clear();
}

async function checkShortly(): Promise<void> {
  for (const scenario of wanted) {
    const { name } = scenario;
    const start = performance.now();
    let count: number;
    if ("tasks" in scenario) {
      await stages.enter(scenario.stage);
      await checkAll(scenario);
      count = scenario.tasks.length;
    } else count = (await study(scenario, { watched: 0, disturbed: 0 })).samples.length;
    const took = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${name}: ${count} candidates answer correctly (${took} s)`);
  }
}

async function measureAll(): Promise<void> {
  const file = openResults(options.name);
  const source = sourceState();
  const { packages, ...system } = file.machine;
  console.log(list(packages));
  console.log(list(system));

  let results: Results | undefined;
  for (const [n, scenario] of wanted.entries()) {
    const { name, base, table, title } = scenario;
    const [load] = loadavg();
    const count = { watched: 0, disturbed: 0 };
    const { server, samples } = await measureOne(scenario, count);
    const day = new Date().toISOString().slice(0, 10);
    results = file.put({ name, base, server, day, load: load!, source, ...count, samples });
    for (const task of restless(samples))
      console.log(`${name}: the rounds of "${task}" differ by more than a fifth.`);
    if (wanted[n + 1]?.table === table) continue;
    const beside = server === undefined ? title : `${title} (${server})`;
    console.log(`\n${beside}\n\n${tableOf(byTable(wanted).get(table)!, results)}\n`);
  }
  conclude(wanted, results!);
  console.log(`\nRaw results: bench/results/${options.name}.json`);
  if (options.name === PUBLISHED) publish(scenarios, results!);
}

async function measureOne(scenario: Measured, count: RoundCount): Promise<Studied> {
  if (!("tasks" in scenario)) return study(scenario, count);
  const stage = await stages.enter(scenario.stage);
  const samples = await measure(scenario, { rounds, anyhow, count, serverPid: stage?.pid });
  return { server: stage?.version, samples };
}

/** A study brings its own servers: the stage makes room for it. */
async function study(scenario: Study, count: RoundCount): Promise<Studied> {
  await stages.enter(undefined);
  return scenario.measure({ rounds, anyhow, count });
}

function publishAgain(): void {
  const results = readResults(options.name);
  if (results === undefined) throw new Error(`There is no bench/results/${options.name}.json.`);
  publish(scenarios, results);
  conclude(scenarios, results);
}

/** Says which claims are met, and fails when one is not, or when a full run has not measured it. */
function conclude(asked: readonly Measured[], results: Results): void {
  for (const { question, claim, subject, measured, bound, verdict, held } of judgeAll(asked, results)) {
    const label = verdict === "met" ? verdict : verdict.toUpperCase();
    console.log(`${label}: ${question.name}: ${subject}: ${measured} (${bound}; ${held})`);
    const isExcused = verdict === "not measured" && (options.only !== "" || claim.isOptional === true);
    if (verdict !== "met" && !isExcused && !options.plots) process.exitCode = 1;
  }
}

function list(values: object): string {
  return Object.entries(values)
    .map((entry) => entry.join(" "))
    .join(", ");
}
