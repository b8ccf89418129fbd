import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describeMachine, type Machine } from "./machine.ts";
import type { Outcome } from "./scenario.ts";

/** What is kept of all that was measured. */
export interface Results {
  /** Where it was: the outcomes say which of them by its place. */
  readonly machines: readonly Machine[];
  /** In the order in which they were measured. */
  readonly outcomes: readonly Outcome[];
}

const FOLDER = new URL("../results/", import.meta.url);

/** @returns `undefined` when there is no such file. */
export function readResults(name: string): Results | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(name), "utf8")) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A file of results that outcomes are put into. */
export interface ResultsFile {
  /** The one that this process runs on. */
  readonly machine: Machine;
  /** Keeps an outcome, in place of an earlier one of the same scenario, and writes the file. @returns what is in it, with its rounding. */
  put(outcome: Omit<Outcome, "machine">): Results;
}

/** Opens a file of results to put more into it; what is there may be of another machine, or of other versions. */
export function openResults(name: string): ResultsFile {
  // As it will be read back: without what is undefined.
  const machine = JSON.parse(JSON.stringify(describeMachine())) as Machine;
  const earlier = readResults(name);
  const outcomes = new Map(
    earlier?.outcomes.map((outcome) => [outcome.name, { outcome, on: earlier.machines[outcome.machine]! }]),
  );
  return {
    machine,
    put(outcome) {
      // To the end, as the newest one.
      outcomes.delete(outcome.name);
      outcomes.set(outcome.name, { outcome: { ...outcome, machine: 0 }, on: machine });
      return write(name, numbered([...outcomes.values()]));
    },
  };
}

/** Lists each machine once, and only those that something was measured on. */
function numbered(all: readonly { readonly outcome: Outcome; readonly on: Machine }[]): Results {
  const machines: Machine[] = [];
  const outcomes = all.map(({ outcome, on }) => {
    const known = machines.findIndex((one) => isDeepStrictEqual(one, on));
    return { ...outcome, machine: known === -1 ? machines.push(on) - 1 : known };
  });
  return { machines, outcomes };
}

function write(name: string, results: Results): Results {
  mkdirSync(FOLDER, { recursive: true });
  const text = JSON.stringify(results, rounded, 1);
  const oneLineEach = text.replaceAll(/\[[-\d.,\s]+\]/g, (numbers) => numbers.replaceAll(/\s+/g, ""));
  writeFileSync(fileOf(name), `${oneLineEach}\n`);
  return JSON.parse(text) as Results;
}

function fileOf(name: string): URL {
  return new URL(`${name}.json`, FOLDER);
}

/** A ten-thousandth of a microsecond is less than the clock can tell. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value;
}
