import type { Spent } from "./task.ts";
import { startWorker } from "./worker.ts";

const PROGRAM = new URL("../run-task.ts", import.meta.url);

/** A process that runs one task whenever it is told to. */
export interface Runner {
  readonly operationsPerRound: number;
  /** @param share - How much of a round to run. */
  run(share: number): Promise<Spent>;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
}

/** Starts a process for a task, and waits until it is warm. @throws when it fails. */
export async function startRunner(scenario: string, task: string): Promise<Runner> {
  const { ready, ask, stop } = await startWorker<{ operationsPerRound: number }>(PROGRAM, [scenario, task]);
  return { ...ready, run: (share) => ask<Spent>(share), stop };
}
