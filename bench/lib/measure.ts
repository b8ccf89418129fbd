import { undisturbedRound, type RoundOptions } from "./quiet.ts";
import { startRunner, type Runner } from "./runner.ts";
import { Collector, type Samples } from "./samples.ts";
import type { Scenario } from "./scenario.ts";
import { shuffled } from "./shuffle.ts";
import { sittings } from "./sittings.ts";
import { check } from "./task.ts";

/** How the tasks of a scenario are measured. */
export interface MeasureOptions extends RoundOptions {
  readonly rounds: number;
  /** The first process of the server that they ask; `undefined` where there is none. */
  readonly serverPid: number | undefined;
}

/**
 * Measures the tasks of a scenario in turns: every round runs each of them for a short time, in another order each
 * time, so that what slows the machine down for a while slows all of them. Each has a process of its own, because
 * the garbage of one would slow down the next. Values are microseconds an operation; the server's as far as the system tells, to
 * 10 ms a round.
 *
 * @throws when a task gives a wrong answer.
 */
export async function measure(scenario: Scenario, options: MeasureOptions): Promise<Samples[]> {
  const collector = new Collector();
  for (const rounds of sittings(options.rounds)) await sit(scenario, collector, rounds, options);
  return collector.inOrder(scenario.tasks.map(({ name }) => name));
}

async function sit(
  { name, tasks }: Scenario,
  collector: Collector,
  rounds: number,
  options: MeasureOptions,
): Promise<void> {
  const runners: Runner[] = [];
  try {
    for (const task of tasks) runners.push(await startRunner(name, task.name));
    for (let round = 0; round < rounds; round++) {
      for (const at of shuffled([...tasks.keys()])) {
        const runner = runners[at]!;
        const spent = await undisturbedRound(runner, options, options.serverPid);
        const microseconds = (ms: number) => (ms * 1000) / runner.operationsPerRound;
        const own = { cpu: microseconds(spent.cpuMs), wall: microseconds(spent.wallMs) };
        const asked = options.serverPid === undefined ? {} : { server: microseconds(spent.serverMs) };
        collector.add(tasks[at]!.name, { ...own, ...asked }, tasks[at]!.inFlight);
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
