import type { Samples } from "./measure.ts";
import type { Task } from "./task.ts";

/** A question with its candidates, measured beside each other. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** The task that ratios are counted in. */
  readonly base: string;
  readonly tasks: readonly Task[];
  /** What must come out of a full run. */
  readonly claims: readonly Claim[];
}

/** `ratio(task, beside)` must be at least or at most so much, in processor time. */
export interface Claim {
  readonly task: string;
  readonly beside: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A scenario with what was measured, as it is written to the results. */
export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly base: string;
  readonly samples: readonly Samples[];
}
