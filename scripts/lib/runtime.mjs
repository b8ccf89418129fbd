import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root } from "./paths.mjs";
import { coloured, StepError } from "./steps.mjs";

/** The Node that the application and the tests run on. */
const wanted = 24;

let found;

/**
 * The path of a Node of at least version 24: the one that the packages bring, else the one running this script.
 * @throws {StepError} when there is none
 */
export function node24() {
  return (found ??= findNode());
}

function findNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const folder = join(root, "node_modules", `node-${platform}-${process.arch}`, "bin");
  const brought = join(folder, process.platform === "win32" ? "node.exe" : "node");
  // It is run once: on a Linux without glibc the file is there and cannot be started.
  if (existsSync(brought) && spawnSync(brought, ["--version"]).status === 0) return brought;
  if (Number.parseInt(process.versions.node, 10) >= wanted) return process.execPath;
  throw new StepError(
    `Node ${wanted} is needed and this is ${process.version}. The packages bring Node ${wanted} for Linux (glibc) and ` +
      `Windows; on ${process.platform}-${process.arch} install it from https://nodejs.org and run the command again.`,
  );
}

/**
 * The environment for everything that is run after the packages are there: Node 24 and their commands come first.
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(extra = {}) {
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  const first = [dirname(node24()), join(root, "node_modules", ".bin")];
  // Their output is kept back and so is no terminal to them; the colours follow where it ends up.
  const colour =
    process.env.FORCE_COLOR || process.env.NO_COLOR ? {} : { [coloured ? "FORCE_COLOR" : "NO_COLOR"]: "1" };
  return { ...process.env, ...colour, [key]: [...first, process.env[key]].join(delimiter), ...extra };
}

/**
 * The script behind a package's command, to be run by `node24()`: the same on every platform, without a shell.
 * @param {string} name the package
 * @param {string} [command] the command, where it is not named as the package is
 */
export function tool(name, command = name) {
  const folder = join(root, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[command]);
}
