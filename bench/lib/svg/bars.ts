import { frame, round, rule, text } from "./frame.ts";

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What is written behind it. */
  readonly text: string;
  /** Whether it is ours. */
  readonly isOwn: boolean;
}

/** Bars that are compared with each other. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** Where a value ends, between 0 and 1, and the values at which a line of the grid stands. */
export interface Axis {
  readonly placeOf: (value: number) => number;
  readonly ticks: readonly (readonly [value: number, label: string])[];
}

const WIDTH = 860;
const LABELS = 290;
const VALUES = 90;
const BAR = 16;
const STEP = 22;
const GROUP_HEAD = 34;
const GROUP_FOOT = 26;
const TOP = 40;
const CHART = WIDTH - LABELS - VALUES;

/** From the power of ten below all values to the one above. */
export function logAxis(values: readonly number[]): Axis {
  const [low, high] = [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const powers = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n));
  return {
    placeOf: (value) => (Math.log10(value) - low) / (high - low),
    ticks: powers.map((power) => [power, String(power)]),
  };
}

/** From 0 to 1, as percent. */
export const shareAxis: Axis = {
  placeOf: (value) => value,
  ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => [share, `${share * 100} %`]),
};

/** Draws horizontal bars, group by group. */
export function drawBars(title: string, axis: Axis, groups: readonly BarGroup[]): string {
  const parts: string[] = [];
  let y = TOP;
  for (const group of groups) {
    const top = y + GROUP_HEAD;
    const bottom = top + group.bars.length * STEP;
    parts.push(text(group.title, 16, y + 22, "group"));
    for (const [value, label] of axis.ticks) {
      const x = LABELS + axis.placeOf(value) * CHART;
      parts.push(rule([x, top], [x, bottom]), text(label, x, bottom + 16, "soft middle"));
    }
    for (const [n, bar] of group.bars.entries()) {
      const from = top + n * STEP + (STEP - BAR) / 2;
      const width = axis.placeOf(bar.value) * CHART;
      parts.push(
        text(bar.label, LABELS - 10, from + BAR - 3, "end"),
        `<rect class="${bar.isOwn ? "own" : "peer"}" x="${LABELS}" y="${round(from)}" width="${round(width)}" height="${BAR}"/>`,
        text(bar.text, LABELS + width + 6, from + BAR - 3),
      );
    }
    y = bottom + GROUP_FOOT;
  }
  return frame(title, { width: WIDTH, height: y + 10 }, parts);
}
