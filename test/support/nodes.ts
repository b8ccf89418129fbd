import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { node24 } from "../../scripts/lib/runtime.mjs";

/** A process of the application under test, on a port of 127.0.0.1. */
export interface TestNode {
  /** The port it listens on; another one after every start. */
  readonly port: number;
  /** Whether it has been started and not ended since, as far as is known. */
  readonly running: boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again; resolves when it listens. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open, and nothing answers. */
  pause(): void;
  resume(): void;
  /** What it wrote to stderr so far. */
  log(): string;
}

/**
 * Starts a script as a child process of its own. The script is given the configuration as JSON in its first argument,
 * sends `{ port }` once it listens, and ends when its parent does.
 */
export async function startNode(script: URL, config: object): Promise<TestNode> {
  let child: ChildProcess | undefined;
  let port = 0;
  let output = "";

  async function start(): Promise<void> {
    if (child !== undefined) throw new Error("This node runs already.");
    const started = fork(script, [JSON.stringify(config)], {
      execPath: node24(),
      execArgv: ["--disable-warning=ExperimentalWarning", "--expose-gc"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child = started;
    started.stderr!.setEncoding("utf8").on("data", (text: string) => (output += text));
    const gone = once(started, "exit");
    started.once("exit", () => {
      if (child === started) child = undefined;
    });
    const ready = once(started, "message").then(([message]) => (message as { port: number }).port);
    const ended = gone.then(() => {
      throw new Error(`The node ended at its start.\n${output}`);
    });
    port = await Promise.race([ready, ended]);
  }

  await start();
  return {
    get port() {
      return port;
    },
    get running() {
      return child !== undefined;
    },
    start,
    async kill() {
      if (child === undefined) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    log: () => output,
  };
}
