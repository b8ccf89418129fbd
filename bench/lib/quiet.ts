import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { Runner } from "./runner.ts";
import type { Spent } from "./task.ts";

/** What of a round goes before it unmeasured: memory has gone cold while the others worked. */
const WARM_UP = 1 / 3;

/** Others' processor time beside a round, as a share of its length, from which it does not count. */
const DISTURBED = 0.15;
const PAUSE_MS = 250;
/** After so many in a row a round counts as it is: some machines are never quiet. */
const MOST_REPEATS = 100;

/** Runs a round, again and again until nothing else was busy beside it. */
export async function undisturbedRound(runner: Runner): Promise<Spent> {
  for (let repeats = 0; ; repeats++) {
    await runner.run(WARM_UP);
    const before = busyMs();
    const spent = await runner.run(1);
    const others = busyMs() - before - spent.cpuMs;
    if (others <= spent.wallMs * DISTURBED || repeats === MOST_REPEATS) return spent;
    await setTimeout(PAUSE_MS);
  }
}

/** Processor time of the whole machine. */
function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
