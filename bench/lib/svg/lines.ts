import { frame, round, rule, text } from "./frame.ts";

/** A line through some points. */
export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What the axes are called. */
export interface AxisNames {
  readonly x: string;
  readonly y: string;
}

const WIDTH = 860;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 660;
const TOP = 70;
const BOTTOM = 360;
const LABEL_HEIGHT = 17;

/** Draws lines over two logarithmic axes: x by powers of ten, y by 1, 2 and 5 of them. */
export function drawLines(title: string, names: AxisNames, series: readonly Series[]): string {
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const yTicks = ticksAround(Math.min(...ys), Math.max(...ys));
  const placeX = placer(Math.min(...xs), Math.max(...xs), LEFT, RIGHT);
  const placeY = placer(yTicks[0]!, yTicks.at(-1)!, BOTTOM, TOP);

  const parts = [
    text(names.y, 16, TOP - 18, "soft"),
    text(names.x, (LEFT + RIGHT) / 2, BOTTOM + 44, "soft middle"),
  ];
  for (const value of yTicks) {
    const y = placeY(value);
    parts.push(rule([LEFT, y], [RIGHT, y]), text(String(value), LEFT - 8, y + 4, "soft end"));
  }
  for (const value of new Set(xs)) {
    const x = placeX(value);
    parts.push(rule([x, TOP], [x, BOTTOM]), text(value.toLocaleString("en"), x, BOTTOM + 20, "soft middle"));
  }
  const labels: Label[] = [];
  for (const [n, { label, points: own }] of series.entries()) {
    const places = own.map(([x, y]) => [placeX(x), placeY(y)] as const);
    const path = places.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
    parts.push(`<polyline class="line series-${n}" points="${path}"/>`);
    for (const [x, y] of places)
      parts.push(`<circle class="point series-${n}" cx="${round(x)}" cy="${round(y)}" r="4"/>`);
    labels.push({ label, y: places.at(-1)![1] + 4 });
  }
  for (const { label, y } of apart(labels)) parts.push(text(label, RIGHT + 14, y));
  return frame(title, { width: WIDTH, height: HEIGHT }, parts);
}

interface Label {
  readonly label: string;
  readonly y: number;
}

/** Labels at the ends of their lines, pushed down where they would cover each other. */
function apart(labels: readonly Label[]): Label[] {
  let lowest = -Infinity;
  return labels
    .toSorted((a, b) => a.y - b.y)
    .map(({ label, y }) => {
      lowest = Math.max(y, lowest + LABEL_HEIGHT);
      return { label, y: lowest };
    });
}

function placer(low: number, high: number, from: number, to: number): (value: number) => number {
  const span = Math.log(high) - Math.log(low);
  return (value) => from + ((Math.log(value) - Math.log(low)) / span) * (to - from);
}

/** 1, 2 and 5 of the powers of ten, from the last one below to the first one above. */
function ticksAround(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, n) => first + n);
  // By a string, as 2 * 10 ** -1 is 0.2 and 5 * 10 ** -3 is not quite 0.005.
  const all = powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const from = all.findLastIndex((value) => value <= low);
  const to = all.findIndex((value) => value >= high);
  return all.slice(from, Math.max(to, from + 1) + 1);
}
