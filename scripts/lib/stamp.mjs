import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { root } from "./paths.mjs";

const folder = join(root, "node_modules", ".cache", "coatcheck");

/** What a build writes, and no input of it. */
const generated = new Set(["node_modules", "dist", ".output", ".nitro", ".vinxi", ".data", ".git"]);

/**
 * Does `build` unless its inputs are those of the last time and its output is still the one it wrote then.
 * @param {string} name of the stamp
 * @param {{ inputs: string[], output: string }} what files and folders, relative to the root; one file of the output
 * @param {() => Promise<void>} build
 */
export async function unlessFresh(name, { inputs, output }, build) {
  const stamp = join(folder, `${name}.stamp`);
  const target = join(root, output);
  const now = hash(inputs);
  if (existsSync(stamp) && existsSync(target) && readFileSync(stamp, "utf8") === `${now} ${mark(target)}`)
    return;
  rmSync(stamp, { force: true });
  await build();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${now} ${mark(target)}`);
}

/** Tells whether somebody else has built since: by hand, or in watch mode. */
function mark(file) {
  return statSync(file).mtimeMs;
}

function hash(inputs) {
  const digest = createHash("sha256");
  for (const file of inputs.flatMap((input) => listFiles(join(root, input)))) {
    digest.update(relative(root, file).split(sep).join("/")).update("\0");
    digest.update(readFileSync(file)).update("\0");
  }
  return digest.digest("hex");
}

function listFiles(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path).filter((name) => !generated.has(name));
  names.sort();
  return names.flatMap((name) => listFiles(join(path, name)));
}
