import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import { node24 } from "../../scripts/lib/runtime.mjs";
import { root } from "../../scripts/lib/paths.mjs";
import { run } from "../../scripts/lib/steps.mjs";
import { bundle } from "./bundle.ts";
import { othersThan, subpaths } from "./manifest.ts";

/**
 * The files of the package that Node may have to find, read and compile for a subpath: it is them that an import takes its time for.
 * Time itself is measured by `npm run bench`.
 */
const ceilings: Record<string, number> = { "./solid-start": 6, "./fetch": 6, "./password": 4 };
const FILES = 3;

/** Characters of code that may come along unneeded, because others share them in one file. */
const UNNEEDED = 13_000;

const { full } = inject("packed");
const folder = join(full, "node_modules", "coatcheck", "dist");
const script = join(full, "loaded-files.mjs");
copyFileSync(join(import.meta.dirname, "fixtures", "loaded-files.mjs"), script);

describe.each(subpaths)("importing $specifier", async (subpath) => {
  const { name, specifier, source } = subpath;
  const files = await filesLoaded(specifier);
  const modules = files.flatMap(modulesIn);

  test("loads few files", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThanOrEqual(ceilings[name] ?? FILES);
  });

  test("loads no code of another public module, and little that it does not need", async () => {
    const loaded = modules.map((module) => module.source);
    expect(othersThan(subpath).filter((other) => loaded.includes(other.source))).toEqual([]);
    const needed = new Set((await bundle(root, source)).modules);
    expect(loaded.filter((module) => needed.has(module))).not.toEqual([]);
    const unneeded = modules.filter((module) => !needed.has(module.source));
    expect(unneeded.reduce((sum, module) => sum + module.length, 0)).toBeLessThan(UNNEEDED);
  });
});

async function filesLoaded(specifier: string): Promise<string[]> {
  const urls = JSON.parse(await run(node24(), [script, specifier], { cwd: full })) as string[];
  return urls
    .filter((url) => url.startsWith("file:"))
    .map((url) => fileURLToPath(url))
    .filter((file) => file.startsWith(folder));
}

/** What a file of the package is made of: the bundler says it in a comment above each module. */
function modulesIn(file: string): { source: string; length: number }[] {
  const [, ...parts] = readFileSync(file, "utf8").split(/^\/\/ (src\/\S+\.ts)$/m);
  return parts.flatMap((source, n) => (n % 2 === 0 ? [{ source, length: parts[n + 1]!.length }] : []));
}
