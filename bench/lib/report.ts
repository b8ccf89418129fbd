import { judge, type Verdict } from "./claims.ts";
import type { Machine } from "./machine.ts";
import { rateTable } from "./rate-table.ts";
import type { Results } from "./results.ts";
import type { Outcome, Question, Scenario, Study } from "./scenario.ts";
import { markdown, table, TASK_COLUMNS } from "./table.ts";

/** Whatever is measured. */
export type Measured = Scenario | Study;

/** A claim of a scenario, held against the results. */
export interface Judged extends Verdict {
  readonly question: Question;
}

/**
 * Writes the table of some scenarios.
 *
 * @param scenarios - All of one table.
 * @returns `undefined` when none of them has been measured.
 */
export function tableOf(scenarios: readonly Measured[], results: Results): string | undefined {
  const outcomes = scenarios.flatMap((one) => outcomeOf(one, results) ?? []);
  const [first, last] = [scenarios[0], outcomes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if ("columns" in first) return table(last.samples, first.columns, last.base);
  return first.stage === undefined ? table(last.samples, TASK_COLUMNS, last.base) : rateTable(outcomes);
}

/** The scenarios by the tables that they stand in, in their order. */
export function byTable(scenarios: readonly Measured[]): Map<string, readonly Measured[]> {
  return Map.groupBy(scenarios, (scenario) => scenario.table);
}

/** Every claim whose candidates have been measured. */
export function judgeAll(scenarios: readonly Measured[], results: Results): Judged[] {
  return scenarios.flatMap((question) => {
    const samples = outcomeOf(question, results)?.samples ?? [];
    const measured = new Set(samples.map(({ name }) => name));
    return question.claims
      .filter(({ subject, beside = subject }) => measured.has(subject) && measured.has(beside))
      .map((claim) => ({ question, ...judge(claim, samples) }));
  });
}

/** What was expected and what came out, as a table. */
export function claimTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ question, subject, bound, measured, isMet }) => [
    `${question.title}: ${subject}`,
    bound,
    measured,
    isMet ? "met" : "**not met**",
  ]);
  return markdown([["", "expected", "measured", ""], ...rows]);
}

/** Processor, Node and packages, as a table. */
export function machineTable({ packages, ...system }: Machine): string {
  const rows = [...Object.entries(system), ...Object.entries(packages)];
  return markdown([["", "version or size"], ...rows.map((row) => row.map(String))]);
}

function outcomeOf({ name }: Question, { outcomes }: Results): Outcome | undefined {
  return outcomes.find((outcome) => outcome.name === name);
}
