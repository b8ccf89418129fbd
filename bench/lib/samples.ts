import type { Quantity } from "./quantities.ts";

/** What was measured of one candidate. */
export interface Samples {
  readonly name: string;
  /** Operations under way at once; `undefined` where there is no such number. */
  readonly inFlight?: number | undefined;
  /** Of each quantity a value for every round. */
  readonly values: Readonly<Partial<Record<Quantity, readonly number[]>>>;
}

/** The values of a quantity, round by round; none where it was not measured. */
export function valuesOf({ values }: Samples, quantity: Quantity): readonly number[] {
  return values[quantity] ?? [];
}

/** The samples of one name. @throws when there are none. */
export function samplesOf(samples: readonly Samples[], wanted: string): Samples {
  const found = samples.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`"${wanted}" was not measured.`);
  return found;
}

/** Collects values as they come, round by round. */
export class Collector {
  readonly #samples = new Map<string, Samples & { readonly values: Partial<Record<Quantity, number[]>> }>();

  /** Adds a round of a candidate. */
  add(name: string, round: Readonly<Partial<Record<Quantity, number>>>, inFlight?: number): void {
    let own = this.#samples.get(name);
    if (own === undefined) this.#samples.set(name, (own = { name, inFlight, values: {} }));
    for (const [quantity, value] of Object.entries(round) as [Quantity, number][])
      (own.values[quantity] ??= []).push(value);
  }

  /** Everything, in the order of these names. */
  inOrder(names: readonly string[]): Samples[] {
    return names.map((name) => samplesOf([...this.#samples.values()], name));
  }
}
