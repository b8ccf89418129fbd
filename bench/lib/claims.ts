import type { Samples } from "./measure.ts";
import type { Claim } from "./scenario.ts";
import { median, ratio } from "./statistics.ts";
import { micro, times } from "./table.ts";

/** A claim beside what was measured. */
export interface Verdict {
  readonly holds: boolean;
  readonly text: string;
}

export function judge(claim: Claim, samples: readonly Samples[]): Verdict {
  const { task, clock = "cpu" } = claim;
  const of = (wanted: string) => samples.find(({ name }) => name === wanted)![clock];
  const unit = clock === "cpu" ? "processor time" : "time";
  if (claim.beside === undefined) {
    const measured = median(of(task));
    return {
      holds: measured <= claim.atMostMicroseconds,
      text: `${task} takes ${micro(measured)} µs of ${unit} (at most ${claim.atMostMicroseconds})`,
    };
  }
  const measured = ratio(of(task), of(claim.beside));
  const { atLeast = 0, atMost = Infinity } = claim;
  const bound = claim.atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return {
    holds: measured >= atLeast && measured <= atMost,
    text: `${task} takes ${times(measured)} × the ${unit} of ${claim.beside} (${bound})`,
  };
}
