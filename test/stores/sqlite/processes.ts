import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";

const SCRIPT = fileURLToPath(new URL("child.ts", import.meta.url));

/** A process on a database file, ready for `begin`; it does not outlive the test. */
export async function sqliteProcess(task: string, path: string, argument = ""): Promise<SqliteProcess> {
  const child = fork(SCRIPT, [task, path, argument], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    execArgv: ["--no-warnings"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  return {
    child,
    begin: () => void child.send("begin"),
    async done() {
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      expect(child.exitCode).toBe(0);
    },
  };
}

export interface SqliteProcess {
  readonly child: ChildProcess;
  readonly begin: () => void;
  /** Waits for its end, which has to be a good one. */
  readonly done: () => Promise<void>;
}
