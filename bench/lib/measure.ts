import { undisturbedRound, type RoundOptions } from "./quiet.ts";
import { startRunner, type Runner } from "./runner.ts";
import type { Scenario } from "./scenario.ts";
import { check } from "./task.ts";

/** What was measured of a task: one value a round, in microseconds an operation. */
export interface Samples {
  readonly name: string;
  readonly inFlight: number;
  readonly cpu: number[];
  readonly wall: number[];
  /** The server's processor time, as far as the system tells: to 10 ms a round. */
  readonly server: number[];
}

/** How often all processes are started anew: no two compile the same code in quite the same way. */
const SITTINGS = 3;

/**
 * Measures the tasks of a scenario in turns: every round runs each of them for a short time, in another order each
 * time, so that what slows the machine down for a while slows all of them. Each has a process of its own, because
 * the garbage of one would slow down the next.
 *
 * @throws when a task gives a wrong answer.
 */
export async function measure(
  scenario: Scenario,
  rounds: number,
  options: RoundOptions = {},
): Promise<Samples[]> {
  const samples = scenario.tasks.map(({ name, inFlight }): Samples => ({
    name,
    inFlight,
    cpu: [],
    wall: [],
    server: [],
  }));
  for (let sitting = 0; sitting < SITTINGS; sitting++)
    await sit(scenario, samples, Math.ceil(rounds / SITTINGS), options);
  return samples;
}

async function sit(
  { name, tasks }: Scenario,
  samples: readonly Samples[],
  rounds: number,
  options: RoundOptions,
): Promise<void> {
  const runners: Runner[] = [];
  try {
    for (const task of tasks) runners.push(await startRunner(name, task.name));
    for (let round = 0; round < rounds; round++) {
      for (const at of shuffled(tasks.length)) {
        const runner = runners[at]!;
        const { cpu, wall, server } = samples[at]!;
        const spent = await undisturbedRound(runner, options);
        const microseconds = (ms: number) => (ms * 1000) / runner.operationsPerRound;
        cpu.push(microseconds(spent.cpuMs));
        wall.push(microseconds(spent.wallMs));
        server.push(microseconds(spent.serverMs));
      }
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
}

/** Runs each task a few times, without measuring. @throws when a task gives a wrong answer. */
export async function checkAll({ tasks }: Scenario): Promise<void> {
  for (const task of tasks) {
    try {
      const operation = await task.prepare();
      try {
        await check(operation, task.inFlight);
      } finally {
        await operation.end?.();
      }
    } catch (error) {
      throw new Error(`"${task.name}" does not work`, { cause: error });
    }
  }
}

/** The numbers below `count`, in some order. */
function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, at) => ({ at, by: Math.random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ at }) => at);
}
