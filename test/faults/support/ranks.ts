/** How well two groups of measurements can be told apart. */
export interface Difference {
  /** The mean of the first less that of the second, and its standard error. */
  readonly mean: number;
  readonly error: number;
  /**
   * How often one of the first is the greater of two, ties counted half (Mann and Whitney's U over all pairs); or the smaller,
   * whichever is more: 0.5 tells nothing, 1 everything.
   */
  readonly auc: number;
  /** The standard error of that, for two groups that do not differ. */
  readonly aucError: number;
}

/** Compares two groups. */
export function compare(first: readonly number[], second: readonly number[]): Difference {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].toSorted((a, b) => a.value - b.value);
  let rankSum = 0;
  for (let start = 0; start < all.length;) {
    let end = start;
    while (end < all.length && all[end]!.value === all[start]!.value) end++;
    // Equal ones share the ranks from `start + 1` to `end`.
    const rank = (start + 1 + end) / 2;
    rankSum += rank * all.slice(start, end).filter(({ isFirst }) => isFirst).length;
    start = end;
  }
  const pairs = first.length * second.length;
  const share = (rankSum - (first.length * (first.length + 1)) / 2) / pairs;
  return {
    mean: meanOf(first) - meanOf(second),
    error: Math.sqrt(varianceOf(first) / first.length + varianceOf(second) / second.length),
    auc: Math.max(share, 1 - share),
    aucError: Math.sqrt((all.length + 1) / (12 * pairs)),
  };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
