import type { Samples } from "./measure.ts";
import type { Stage } from "./stage.ts";
import type { Task } from "./task.ts";

/** A question with its candidates, measured beside each other. */
export interface Scenario {
  readonly name: string;
  /** Scenarios of one title that follow each other stand in one table, side by side. */
  readonly title: string;
  /** The task that ratios are counted in. */
  readonly base: string;
  /** What has to run meanwhile; `undefined` where a task needs nothing but itself. */
  readonly stage?: Stage;
  readonly tasks: readonly Task[];
  /** What must come out of a full run. */
  readonly claims: readonly Claim[];
}

/** What one operation may take: a bound for the ratio to another task, or for the time itself. */
export type Claim = {
  readonly task: string;
  /** Whose time counts: the process's own processor time, or the clock on the wall. @default "cpu" */
  readonly clock?: Clock;
} & (
  | { readonly beside: string; readonly atLeast?: number; readonly atMost?: number }
  | { readonly beside?: undefined; readonly atMostMicroseconds: number }
);

export type Clock = "cpu" | "wall";

/** A scenario with what was measured, as it is written to the results. */
export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly base: string;
  /** Name and version of the server; `undefined` where there is none. */
  readonly server: string | undefined;
  readonly samples: readonly Samples[];
}
