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

/** How many rounds of a scenario counted. */
export interface RoundCount {
  /** Those beside which somebody looked for others' work. */
  watched: number;
  /** Those of them that count although others disturbed them. */
  disturbed: number;
}

/** How rounds are run. */
export interface RoundOptions {
  /** Whether rounds count that others disturbed. @default false */
  readonly anyhow?: boolean;
  /** Kept up to date, for the reader of the results. */
  readonly count: RoundCount;
}

/** What a round took of the machine, in milliseconds. */
export interface OwnTime {
  /** Processor time of every process that belongs to it. */
  readonly ownMs: number;
  readonly wallMs: number;
}

/** What a round took, the server's part of it beside. */
interface TaskRound extends Spent, OwnTime {
  readonly serverMs: number;
}

/**
 * Runs a round, again and again until nothing else was busy beside it, or until it has been tried often enough.
 *
 * @param warmUp - Goes before it each time.
 */
export async function undisturbed<Round extends OwnTime>(
  { anyhow = false, count }: RoundOptions,
  round: () => Promise<Round>,
  warmUp?: () => Promise<unknown>,
): Promise<Round> {
  for (let repeats = anyhow ? MOST_REPEATS : 0; ; repeats++) {
    await warmUp?.();
    const before = busyMs();
    const took = await round();
    const others = busyMs() - before - took.ownMs;
    const isDisturbed = others > took.wallMs * DISTURBED;
    if (!isDisturbed || repeats >= MOST_REPEATS) {
      count.watched++;
      if (isDisturbed) count.disturbed++;
      return took;
    }
    await setTimeout(PAUSE_MS);
  }
}

/**
 * Runs a round of a task.
 *
 * @param serverPid - The first process of the server that the task asks; its processor time belongs to the round.
 */
export function undisturbedRound(
  runner: Runner,
  options: RoundOptions,
  serverPid: number | undefined,
): Promise<TaskRound> {
  const round = async (): Promise<TaskRound> => {
    const serverBefore = serverMs(serverPid);
    const spent = await runner.run(1);
    const server = serverMs(serverPid) - serverBefore;
    return { ...spent, serverMs: server, ownMs: spent.cpuMs + server };
  };
  return undisturbed(options, round, () => runner.run(WARM_UP));
}
