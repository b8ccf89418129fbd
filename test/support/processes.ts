import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A port that nobody listens on. It is below the ports that the system gives to outgoing connections, so that
 * none of those takes it while a server is down.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/**
 * Has a shell script run when this process ends, however it ends: a pipe that it holds is closed then.
 *
 * @returns what calls it off.
 */
export function onDeath(script: string): () => void {
  const shell = spawn("/bin/sh", ["-c", `cat >/dev/null; ${script}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
  (shell.stdin as Socket).unref();
  shell.stdin.on("error", () => {});
  return () => void shell.kill("SIGKILL");
}

/** The processes that a process has started, as far as they live. */
export function childrenOf(pid: number): number[] {
  return living()
    .filter(({ parent }) => parent === pid)
    .map((child) => child.pid);
}

/** Those of some processes that live. One that has ended, and of which nobody has taken note, does not. */
export function livingOf(pids: readonly number[]): number[] {
  const all = new Set(living().map(({ pid }) => pid));
  return pids.filter((pid) => all.has(pid));
}

function living(): { pid: number; parent: number }[] {
  return processTable()
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => state !== undefined && !state.startsWith("Z"))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}

/** Lines of "pid parent state": from /proc where there is one, as slim images lack `ps`. */
function processTable(): string[] {
  if (!existsSync("/proc/self/stat"))
    return execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).split("\n");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        // "pid (name) state parent …", where the name may hold anything.
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return `${pid} ${parent} ${state}`;
      } catch {
        return "";
      }
    });
}

/** Sends a signal; a process that has ended meanwhile does not mind. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Asks until the answer is yes. @throws naming what was waited for, after some seconds. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeout = 20_000,
): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Waited ${timeout} ms in vain: ${what}.`);
    await delay(10);
  }
}
