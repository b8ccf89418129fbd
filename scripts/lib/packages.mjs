import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { run, say, step } from "./steps.mjs";

/** Installs the npm packages unless exactly those of the lockfile are there. */
export async function ensurePackages() {
  if (packagesMatch()) return;
  say("Installing the npm packages; the first time this may take a minute.");
  await step("npm packages of package-lock.json installed", () =>
    npm(["ci", "--include=dev", "--include=optional"]),
  );
}

/**
 * Runs npm, with the npm and the Node that started this script.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function npm(args, options) {
  const quiet = [...args, "--loglevel=error", "--no-progress", "--no-audit", "--no-fund"];
  const cli = process.env.npm_execpath;
  if (!cli?.endsWith("npm-cli.js")) return run("npm", quiet, { cwd: root, ...options });
  // Not process.execPath: that may be the Node inside node_modules, which `npm ci` removes first.
  return run(process.env.npm_node_execpath ?? process.execPath, [cli, ...quiet], { cwd: root, ...options });
}

/**
 * Compares the lockfile with the record that npm leaves in node_modules at the end of every install, so that a
 * developer's own `npm install` counts and an interrupted one does not.
 */
function packagesMatch() {
  const wanted = readPackages("package-lock.json");
  const present = readPackages(join("node_modules", ".package-lock.json"));
  if (!wanted || !present) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/") || entry.link) continue;
    const there = present[path];
    if (there ? there.version !== entry.version || there.integrity !== entry.integrity : !entry.optional)
      return false;
  }
  return true;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}
