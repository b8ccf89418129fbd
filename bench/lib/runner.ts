import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Spent } from "./task.ts";

const PROGRAM = fileURLToPath(new URL("../run-task.ts", import.meta.url));

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
  const child = fork(PROGRAM, [scenario, task]);
  const exited = once(child, "exit");
  const ended = exited.then(() => {
    throw new Error(`the process of "${task}" ended`);
  });
  ended.catch(() => {}); // after stop() it is meant to
  const answer = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, "message"), ended])) as unknown[];
    return message;
  };
  const { operationsPerRound } = (await answer()) as { operationsPerRound: number };
  return {
    operationsPerRound,
    async run(share) {
      child.send(share);
      return (await answer()) as Spent;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
