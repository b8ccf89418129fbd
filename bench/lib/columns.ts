import { percent, times } from "./numbers.ts";
import { QUANTITIES, type Quantity } from "./quantities.ts";
import { valuesOf, type Samples } from "./samples.ts";
import { median, ratio, spread } from "./statistics.ts";

/** A column of a table. */
export interface Column {
  readonly head: string;
  /** @param base - What the table compares with. */
  readonly cell: (samples: Samples, base: Samples) => string;
}

/** What a cell says where there is nothing to say. */
const NOTHING = "–";

/** The median of a quantity. */
export function medianColumn(quantity: Quantity, head: string = QUANTITIES[quantity].head): Column {
  return whereMeasured(quantity, head, (values) => QUANTITIES[quantity].write(median(values)));
}

/** How far the middle half of the rounds lies apart. */
export function spreadColumn(quantity: Quantity, head: string = "spread"): Column {
  return whereMeasured(quantity, head, (values) => percent(spread(values)));
}

/** How many times as much as the base. */
export function ratioColumn(quantity: Quantity, head: string = "ratio"): Column {
  return whereMeasured(quantity, head, (values, base) => `${times(ratio(values, base))} ×`);
}

/** Which part of the base's. */
export function shareColumn(quantity: Quantity, head: string): Column {
  return whereMeasured(quantity, head, (values, base) => percent(ratio(values, base)));
}

function whereMeasured(
  quantity: Quantity,
  head: string,
  write: (values: readonly number[], base: readonly number[]) => string,
): Column {
  return {
    head,
    cell(samples, base) {
      const values = valuesOf(samples, quantity);
      return values.length === 0 ? NOTHING : write(values, valuesOf(base, quantity));
    },
  };
}
