import { setTimeout } from "node:timers/promises";
import { busyMs, serverMs } from "./processor-time.ts";
import type { Runner } from "./runner.ts";
import type { Spent } from "./task.ts";

/** What of a round goes before it unmeasured: memory has gone cold while the others worked. */
const WARM_UP = 1 / 3;

/** Others' processor time beside a round, as a share of its length, from which it does not count. */
const DISTURBED = 0.15;
const PAUSE_MS = 250;
/** After so many in a row a round counts as it is: some machines are never quiet. */
const MOST_REPEATS = 100;

/** What a round took, the server's part of it beside. */
export interface Round extends Spent {
  readonly serverMs: number;
}

/** How rounds are run. */
export interface RoundOptions {
  /** The first process of the server that the tasks ask; its processor time belongs to the round. */
  readonly serverPid?: number | undefined;
  /** Whether rounds count that others disturbed. @default false */
  readonly anyhow?: boolean;
}

/** Runs a round, again and again until nothing else was busy beside it. */
export async function undisturbedRound(runner: Runner, options: RoundOptions): Promise<Round> {
  const { serverPid, anyhow = false } = options;
  for (let repeats = anyhow ? MOST_REPEATS : 0; ; repeats++) {
    await runner.run(WARM_UP);
    const [before, serverBefore] = [busyMs(), serverMs(serverPid)];
    const spent = await runner.run(1);
    const server = serverMs(serverPid) - serverBefore;
    const others = busyMs() - before - spent.cpuMs - server;
    if (others <= spent.wallMs * DISTURBED || repeats >= MOST_REPEATS) return { ...spent, serverMs: server };
    await setTimeout(PAUSE_MS);
  }
}
