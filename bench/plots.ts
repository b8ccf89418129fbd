import { coatcheck } from "./candidates/coatcheck.ts";
import { ALL_SIZES, among } from "./growth/sizes.ts";
import { micro, percent } from "./lib/numbers.ts";
import { SIZES } from "./lib/payloads.ts";
import type { Quantity } from "./lib/quantities.ts";
import type { Results } from "./lib/results.ts";
import { samplesOf, valuesOf, type Samples } from "./lib/samples.ts";
import type { Outcome } from "./lib/scenario.ts";
import { median, ratio } from "./lib/statistics.ts";
import { drawBars, logAxis, shareAxis, type Bar, type BarGroup } from "./lib/svg/bars.ts";
import { drawLines, type Series } from "./lib/svg/lines.ts";
import { NONE } from "./http/sessions.ts";
import { growthName } from "./scenarios/growth.ts";
import { httpFrameworks, httpName } from "./scenarios/http.ts";
import { openName } from "./scenarios/open-and-seal.ts";
import { recentName } from "./scenarios/request.ts";

/** A file in `docs/images`. */
export interface Plot {
  readonly file: string;
  /** @returns `undefined` while anything of it has not been measured, or not on one machine. */
  readonly draw: (results: Results) => string | undefined;
}

/** What the documentation shows. */
export const plots: readonly Plot[] = [
  { file: "bench-open.svg", draw: drawOpen },
  { file: "bench-http.svg", draw: drawHttp },
  { file: "bench-growth.svg", draw: drawGrowth },
];

function drawOpen(results: Results): string | undefined {
  const groups: BarGroup[] = [];
  const sizes = Object.values(SIZES);
  const outcomes = outcomesOf(
    sizes.flatMap((size) => [openName(size), recentName(size)]),
    results,
  );
  if (outcomes === undefined) return undefined;
  for (const [n, size] of sizes.entries())
    groups.push({
      title: `${size.name} of data`,
      bars: openBars(outcomes[2 * n]!, outcomes[2 * n + 1]!),
    });
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  return drawBars(
    "Processor time to open a session's cookie, in microseconds (logarithmic)",
    logAxis(values),
    groups,
  );
}

function openBars(opened: Outcome, recent: Outcome): Bar[] {
  const bar = (label: string, own: Samples, isOwn: boolean): Bar => {
    const value = middle(own, "cpu");
    return { label, value, text: micro(value), isOwn };
  };
  return [
    bar("Coatcheck, seen lately, whole request", samplesOf(recent.samples, coatcheck.name), true),
    ...opened.samples.map((own) => bar(own.name, own, own.name.startsWith("Coatcheck"))),
  ].toSorted((a, b) => a.value - b.value);
}

function drawHttp(results: Results): string | undefined {
  const groups: BarGroup[] = [];
  const outcomes = outcomesOf(httpFrameworks.map(httpName), results);
  if (outcomes === undefined) return undefined;
  for (const [n, outcome] of outcomes.entries()) {
    const none = valuesOf(samplesOf(outcome.samples, NONE), "rate");
    const bars = outcome.samples.map((own): Bar => {
      const value = ratio(valuesOf(own, "rate"), none);
      // Noise can make it more than all of them.
      return {
        label: own.name,
        value: Math.min(value, 1),
        text: percent(value),
        isOwn: own.name.startsWith("Coatcheck"),
      };
    });
    groups.push({ title: `on ${httpFrameworks[n]!}`, bars });
  }
  return drawBars("Requests a second that are left, of those without a session", shareAxis, groups);
}

function drawGrowth(results: Results): string | undefined {
  const shown = [
    ["SQLite", growthName("sqlite", 1)],
    ["PostgreSQL, one at a time", growthName("postgres", 1)],
    ["PostgreSQL, 64 at once", growthName("postgres", 64)],
  ] as const;
  const outcomes = outcomesOf(
    shown.map(([, name]) => name),
    results,
  );
  if (outcomes === undefined) return undefined;
  const series = shown.map(([label], n): Series => {
    const points = outcomes[n]!.samples.map((own) => {
      const size = ALL_SIZES.find((one) => among(one) === own.name)!;
      return [size, middle(own, "wall")] as const;
    });
    return { label, points };
  });
  const names = { x: "live sessions", y: "microseconds a read" };
  return drawLines("Time to read one session, by how many there are", names, series);
}

function middle(own: Samples, quantity: Quantity): number {
  return median(valuesOf(own, quantity));
}

function outcomesOf(names: readonly string[], { outcomes }: Results): Outcome[] | undefined {
  const found = names.flatMap((wanted) => outcomes.find(({ name }) => name === wanted) ?? []);
  const isOneMachine = found.every(({ machine }) => machine === found[0]!.machine);
  return found.length === names.length && isOneMachine ? found : undefined;
}
