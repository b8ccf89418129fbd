import type { Column } from "./columns.ts";
import type { Quantity } from "./quantities.ts";
import type { RoundOptions } from "./quiet.ts";
import type { Samples } from "./samples.ts";
import type { Stage } from "./stage.ts";
import type { Task } from "./task.ts";

/** A question with its candidates, measured beside each other. */
export interface Question {
  readonly name: string;
  /** The name of its table, in `docs/performance.md` or `docs/performance-tables.md` too. Scenarios of one table that follow each other stand in it side by side. */
  readonly table: string;
  readonly title: string;
  /** The candidate that ratios are counted in. */
  readonly base: string;
  /** What must come out of a full run. */
  readonly claims: readonly Claim[];
}

/** One operation of each candidate, over and over. */
export interface Scenario extends Question {
  /** What has to run meanwhile; `undefined` where a task needs nothing but itself. */
  readonly stage?: Stage;
  readonly tasks: readonly Task[];
}

/** What is measured in a way of its own: servers under load, memory, files. */
export interface Study extends Question {
  readonly columns: readonly Column[];
  /**
   * Measures all candidates in turns, round by round.
   *
   * @throws when any answer is wrong.
   */
  readonly measure: (options: StudyOptions) => Promise<Studied>;
}

/** How a study is to be done. In a short run, where figures do not count, it does everything once and as little of it as can be. */
export interface StudyOptions extends RoundOptions {
  readonly rounds: number;
}

/** What a study comes to. */
export interface Studied {
  /** Name and version of the server; `undefined` where there is none. */
  readonly server?: string | undefined;
  readonly samples: readonly Samples[];
}

/** What a candidate may take: a bound for the ratio to another candidate, or for the quantity itself. */
export interface Claim {
  readonly subject: string;
  /** @default "cpu", processor time in microseconds */
  readonly quantity?: Quantity;
  /** @default none, the bound is for the quantity itself */
  readonly beside?: string;
  /** One of these two. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Whether only some full runs measure it: the others do not fail without it. @default false */
  readonly isOptional?: boolean;
}

/** A scenario with what was measured, as it is written to the results. */
export interface Outcome {
  readonly name: string;
  readonly base: string;
  /** Name and version of the server; `undefined` where there is none. */
  readonly server: string | undefined;
  /** Which of the results' machines it was measured on, by its place. */
  readonly machine: number;
  /** When it was measured: a date in UTC. */
  readonly day: string;
  /** Runnable processes in the minute before, others' work. */
  readonly load: number;
  /** The state of the library, by {@link sourceState}; `undefined` in results from before it was recorded. */
  readonly source?: string;
  /** Rounds of its candidates beside which somebody looked for others' work; `undefined` as above. */
  readonly watched?: number;
  /** Those of them that count although others disturbed them; `undefined` as above. */
  readonly disturbed?: number;
  readonly samples: readonly Samples[];
}
