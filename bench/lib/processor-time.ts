import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Of /proc/<pid>/stat, in a hundredth of a second each. */
const TICK_MS = 10;

/** Processor time of the whole machine, in milliseconds. */
export function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/**
 * Processor time of a server: of a process, those that it has started, and those of them that have ended.
 *
 * @returns milliseconds; 0 where the system does not tell (there is no /proc).
 */
export function serverMs(pid: number | undefined): number {
  if (pid === undefined || process.platform !== "linux") return 0;
  const family = [pid, ...childrenOf(pid)].map(statOf);
  // utime, stime; of children that have ended cutime, cstime.
  const ticks = family.flatMap((fields) => fields.slice(11, 15)).map(Number);
  return ticks.reduce((sum, value) => sum + value, 0) * TICK_MS;
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((one) => one > 0 && Number(statOf(one)[1]) === pid);
}

/** The fields behind the name, which may hold blanks: state, parent, and so on. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
