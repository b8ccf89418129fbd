import { times } from "./numbers.ts";
import { QUANTITIES } from "./quantities.ts";
import { samplesOf, valuesOf, type Samples } from "./samples.ts";
import type { Claim } from "./scenario.ts";
import { median, ratio } from "./statistics.ts";

/** A claim beside what was measured. */
export interface Verdict {
  readonly isMet: boolean;
  readonly subject: string;
  /** What was measured, in words. */
  readonly measured: string;
  /** What was expected of it: "at most 3". */
  readonly bound: string;
}

/** Holds a claim against the samples of its scenario. */
export function judge(claim: Claim, samples: readonly Samples[]): Verdict {
  const { subject, quantity = "cpu", atLeast = -Infinity, atMost = Infinity } = claim;
  const { words, unit, write } = QUANTITIES[quantity];
  const own = valuesOf(samplesOf(samples, subject), quantity);
  const value =
    claim.beside === undefined
      ? median(own)
      : ratio(own, valuesOf(samplesOf(samples, claim.beside), quantity));
  const measured =
    claim.beside === undefined
      ? `${write(value)} ${unit}`
      : `${times(value)} × the ${words} of ${claim.beside}`;
  return {
    isMet: value >= atLeast && value <= atMost,
    subject,
    measured,
    bound: claim.atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`,
  };
}
