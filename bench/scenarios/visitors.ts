import { coatcheck } from "../candidates/coatcheck.ts";
import type { Size } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import { openInTurn } from "./tokens.ts";

const COUNTS = [1000, 2000, 4000, 8000, 20_000] as const;

const nameOf = (count: number): string => `${count.toLocaleString("en")} visitors in turn`;

/** Where the memory of recent tokens ends: with more visitors, fewer of them are remembered when they come back. */
export function visitors(size: Size): Scenario {
  return {
    name: "visitors",
    table: "visitors",
    title: `A request that reads the session of one of so many visitors in turn, ${size.name} of data`,
    base: nameOf(COUNTS[0]),
    tasks: COUNTS.map((count) => openInTurn(coatcheck, size, { name: nameOf(count), visitors: count })),
    claims: [],
  };
}
