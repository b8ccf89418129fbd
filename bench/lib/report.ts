import { judge, type Judgement } from "./claims.ts";
import { machineName, provenance, serverVersions } from "./provenance.ts";
import { rateTable } from "./rate-table.ts";
import type { Results } from "./results.ts";
import type { Claim, Outcome, Question, Scenario, Study } from "./scenario.ts";
import { markdown, table, TASK_COLUMNS } from "./table.ts";

/** Whatever is measured. */
export type Measured = Scenario | Study;

/** A claim of a scenario, held against the results. */
export interface Judged extends Judgement {
  readonly question: Measured;
  readonly claim: Claim;
}

/**
 * Writes the table of some scenarios, without those that ran on another machine than the newest: nothing is set beside each other
 * that did not.
 *
 * @param scenarios - All of one table.
 * @returns `undefined` when none of them has been measured.
 */
export function tableOf(scenarios: readonly Measured[], results: Results): string | undefined {
  const names = new Set(scenarios.map(({ name }) => name));
  const newest = results.outcomes.findLast(({ name }) => names.has(name));
  const outcomes = scenarios
    .flatMap((one) => outcomeOf(one, results) ?? [])
    .filter(({ machine }) => machine === newest!.machine);
  const [first, last] = [scenarios[0], outcomes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if ("columns" in first) return table(last.samples, first.columns, last.base);
  return first.stage === undefined ? table(last.samples, TASK_COLUMNS, last.base) : rateTable(outcomes);
}

/** The scenarios by the tables that they stand in, in their order. */
export function byTable(scenarios: readonly Measured[]): Map<string, readonly Measured[]> {
  return Map.groupBy(scenarios, (scenario) => scenario.table);
}

/** Every claim, whether its candidates have been measured or not. */
export function judgeAll(scenarios: readonly Measured[], results: Results): Judged[] {
  return scenarios.flatMap((question) => {
    const samples = outcomeOf(question, results)?.samples ?? [];
    return question.claims.map((claim) => ({ question, claim, ...judge(claim, samples) }));
  });
}

/**
 * What was expected and what came out, as a section of a document.
 *
 * @param heading - With its hashes.
 */
export function claimSection(heading: string, judged: readonly Judged[]): string {
  const rows = judged.map(({ question, subject, bound, measured, verdict, held }) => [
    `${titleOf(question)}: ${subject}`,
    bound,
    measured,
    verdict === "not measured" ? verdict : `${verdict} (${held})`,
  ]);
  const body = rows.length === 0 ? "None." : markdown([["", "expected", "measured", ""], ...rows]);
  return `${heading}\n\n${body}`;
}

/** Processor, Node, packages and database servers as a table, and where the figures come from. */
export function machineSection(scenarios: readonly Measured[], { machines, outcomes }: Results): string {
  // Earlier results may hold scenarios that are no longer there.
  const names = new Set(scenarios.map(({ name }) => name));
  const shown = outcomes.filter(({ name }) => names.has(name));
  const columns = machines.map(({ packages, sqlite, ...system }, at) => {
    const servers = shown.flatMap(({ machine, server }) => (machine === at ? (server ?? []) : []));
    const rows = [system, serverVersions([`SQLite ${sqlite}`, ...servers]), packages];
    return new Map(
      rows.flatMap((part) => Object.entries(part).map(([name, value]) => [name, String(value)])),
    );
  });
  const keys = new Set(columns.flatMap((column) => [...column.keys()]));
  const rows = [...keys].map((key) => [key, ...columns.map((column) => column.get(key) ?? "")]);
  const heads = machines.length === 1 ? ["version or size"] : machines.map((_machine, at) => machineName(at));
  return `${markdown([["", ...heads], ...rows])}\n\n${provenance(shown, machines.length)}`;
}

/** The title, with how many operations are under way where scenarios differ in it. */
function titleOf(question: Measured): string {
  if (!("tasks" in question) || question.stage === undefined) return question.title;
  return `${question.title}, ${question.tasks[0]!.inFlight} at once`;
}

function outcomeOf({ name }: Question, { outcomes }: Results): Outcome | undefined {
  return outcomes.find((outcome) => outcome.name === name);
}
