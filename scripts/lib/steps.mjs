import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** A failure whose message is all that the reader needs: printed without a stack. */
export class StepError extends Error {}

/** Whether the output may carry colours. */
export const coloured = process.stdout.isTTY && !process.env.NO_COLOR;

/**
 * Wraps text in an ANSI colour when the output is a terminal.
 * @param {"red" | "green" | "dim"} name
 * @param {string} text
 */
export function paint(name, text) {
  const code = { red: 31, green: 32, dim: 2 }[name];
  return coloured ? `\x1b[${code}m${text}\x1b[0m` : text;
}

/** Prints one line. @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Seconds since `start`, a `performance.now()`. @param {number} start */
export function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

/**
 * Runs one step and says how long it took.
 * @template T
 * @param {string} title what is being done, without a full stop
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const start = performance.now();
  try {
    const result = await work();
    say(`${paint("green", "✓")} ${title} ${paint("dim", seconds(start))}`);
    return result;
  } catch (error) {
    say(`${paint("red", "✗")} ${title} ${paint("dim", seconds(start))}`);
    throw error;
  }
}

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Ends a child together with everything that it started. */
function killTree(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

process.on("exit", () => {
  for (const child of running) killTree(child, "SIGKILL");
});

/**
 * Runs a command to its end, keeping its output back unless it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, limit?: number }} [options]
 *   `show`: pass the output through as it comes; `limit`: seconds after which the command is ended
 * @returns {Promise<string>} what it printed (empty with `show`)
 * @throws {StepError} with the whole output when the exit code is not 0
 */
export function run(command, args, { cwd, env = process.env, show = false, limit = 600 } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own lets the time limit, and Ctrl-C, end grandchildren too.
    const child = spawn(command, args, {
      cwd,
      env,
      detached: process.platform !== "win32",
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
      windowsHide: true,
    });
    running.add(child);
    let output = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killTree(child, "SIGKILL");
    }, limit * 1000);
    child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) => {
      clearTimeout(timer);
      running.delete(child);
      reject(new StepError(`${command} cannot be run: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      if (code === 0) return resolve(output);
      const why = late ? `took longer than ${limit} s` : signal ? `ended by ${signal}` : `exit code ${code}`;
      // Some tools colour whatever they are asked.
      const shown = coloured ? output : stripVTControlCharacters(output);
      reject(new StepError(`${shown.trimEnd()}\n${[command, ...args].join(" ")}: ${why}`.trim()));
    });
  });
}

/**
 * Runs a script's main function: expected failures are printed without a stack, and the exit code tells.
 * @param {() => Promise<number | void>} main returns the exit code, 0 when it returns nothing
 */
export async function runMain(main) {
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ]) {
    // A script that serves takes these listeners off and forwards the signal itself.
    process.on(signal, () => process.exit(128 + number));
  }
  if (process.env.npm_lifecycle_event) stopWithNpm();
  let code = 1;
  try {
    code = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`\n${error instanceof StepError ? error.message : (error.stack ?? error)}\n`);
  }
  process.exit(code);
}

/** A signal sent to npm ends the shell between npm and this process, which hears nothing of it: so it looks. */
function stopWithNpm() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  timer.unref();
}
