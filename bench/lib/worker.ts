import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A process that says when it is ready, answers one message at a time, and ends when nobody listens any more. */
export interface Worker<Ready> {
  /** What it said first. */
  readonly ready: Ready;
  readonly ask: <Answer>(message: unknown) => Promise<Answer>;
  /** Resolves when the process has ended. */
  readonly stop: () => Promise<void>;
}

/** How a process is started. */
export interface WorkerOptions {
  /** Arguments of Node itself. @default none */
  readonly nodeArgs?: readonly string[];
  /** Beside the variables of this process. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Starts a program of this folder. @throws when it ends before it is told to. */
export async function startWorker<Ready>(
  program: URL,
  args: readonly string[],
  { nodeArgs = [], variables = {} }: WorkerOptions = {},
): Promise<Worker<Ready>> {
  const child = fork(fileURLToPath(program), args, {
    execArgv: [...nodeArgs],
    env: { ...process.env, ...variables },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaints = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const exited = once(child, "exit");
  const ended = exited.then(() => {
    throw new Error(`The process of "${args.join(" ")}" ended:\n${complaints}`);
  });
  ended.catch(() => {}); // after stop() it is meant to
  const answer = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, "message"), ended])) as unknown[];
    return message;
  };
  return {
    ready: (await answer()) as Ready,
    async ask<Answer>(message: unknown) {
      child.send(message as object);
      return (await answer()) as Answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
