import type { Samples } from "./measure.ts";
import type { Claim } from "./scenario.ts";
import { ratio } from "./statistics.ts";
import { times } from "./table.ts";

/** A claim beside what was measured. */
export interface Verdict {
  readonly holds: boolean;
  readonly text: string;
}

export function judge(claim: Claim, samples: readonly Samples[]): Verdict {
  const cpuOf = (wanted: string) => samples.find(({ name }) => name === wanted)!.cpu;
  const measured = ratio(cpuOf(claim.task), cpuOf(claim.beside));
  const { atLeast = 0, atMost = Infinity } = claim;
  const bound = claim.atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return {
    holds: measured >= atLeast && measured <= atMost,
    text: `${claim.task} takes ${times(measured)} × ${claim.beside} (${bound})`,
  };
}
