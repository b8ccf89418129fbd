/** Rounds from which the middle half of them says more than all of them. */
const ENOUGH_FOR_QUARTILES = 9;

/** The value below which this share of them lies, between two neighbours where it falls between them (type 7 in R). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place % 1);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * How far the values lie apart, as a share of the median: the middle half of them, or all where there are fewer than
 * nine, as quartiles of a few values leave out just those that differ.
 */
export function spread(values: readonly number[]): number {
  const outside = values.length < ENOUGH_FOR_QUARTILES ? 0 : 0.25;
  return (quantile(values, 1 - outside) - quantile(values, outside)) / median(values);
}

/** How many times as much one takes as another, round by round, as both ran in each of them. */
export function ratios(values: readonly number[], base: readonly number[]): number[] {
  return values.map((value, round) => value / base[round]!);
}

/** How many times as much one takes as another: the median of the rounds. */
export function ratio(values: readonly number[], base: readonly number[]): number {
  return median(ratios(values, base));
}
