import { times } from "./numbers.ts";
import { QUANTITIES, type Quantity } from "./quantities.ts";
import { valuesOf, type Samples } from "./samples.ts";
import type { Claim } from "./scenario.ts";
import { median, ratios } from "./statistics.ts";

/** A claim beside what was measured. */
export interface Judgement {
  /** By the median of the rounds. */
  readonly verdict: "met" | "not met" | "not measured";
  /** The candidate and what of it: "Coatcheck, find, wall time". */
  readonly subject: string;
  /** "1.27 ×", or "0.43 µs". */
  readonly measured: string;
  /** What was expected of it: "at most 1.5 × that of the bare client", or "at most 0.6 µs". */
  readonly bound: string;
  /** In how many rounds it holds, which tells how near the noise the verdict is: "2 of 5 rounds". */
  readonly held: string;
}

/** Holds a claim against the samples of its scenario. @param samples - None where it was not measured. */
export function judge(claim: Claim, samples: readonly Samples[]): Judgement {
  const { beside, quantity = "cpu", atLeast = -Infinity, atMost = Infinity } = claim;
  const { words, unit, write } = QUANTITIES[quantity];
  const own = valuesOfOne(samples, claim.subject, quantity);
  const base = beside === undefined ? undefined : valuesOfOne(samples, beside, quantity);
  const subject = `${claim.subject}, ${words}`;
  const limit = claim.atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  const bound = beside === undefined ? `${limit} ${unit}`.trimEnd() : `${limit} × that of ${beside}`;
  if (own.length === 0 || base?.length === 0)
    return { verdict: "not measured", subject, measured: "–", bound, held: "0 of 0 rounds" };

  const rounds = base === undefined ? own : ratios(own, base);
  const holds = (one: number): boolean => one >= atLeast && one <= atMost;
  const value = median(rounds);
  return {
    verdict: holds(value) ? "met" : "not met",
    subject,
    measured: base === undefined ? `${write(value)} ${unit}`.trimEnd() : `${times(value)} ×`,
    bound,
    held: `${rounds.filter(holds).length} of ${rounds.length} ${rounds.length === 1 ? "round" : "rounds"}`,
  };
}

function valuesOfOne(samples: readonly Samples[], wanted: string, quantity: Quantity): readonly number[] {
  const found = samples.find(({ name }) => name === wanted);
  return found === undefined ? [] : valuesOf(found, quantity);
}
