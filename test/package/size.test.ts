import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { bundle } from "./bundle.ts";
import { othersThan, subpaths } from "./manifest.ts";

/** Gzipped bytes that importing a subpath may cost, bundled and minified with everything it needs of the package at once. */
const ceilings: Record<string, number> = {
  ".": 14_500,
  "./solid-start": 26_000,
  "./fetch": 24_000,
  "./breached-passwords": 60_000,
};

const { full } = inject("packed");
const folder = join(full, "node_modules", "coatcheck");

describe.each(subpaths)("the bundle of $specifier", (subpath) => {
  const { name, specifier, file, source } = subpath;

  test("stays under its ceiling", async ({ task }) => {
    const { size } = await bundle(folder, file);
    task.meta.note = `${specifier}: ${size} bytes gzipped`;
    expect(size).toBeLessThan(ceilings[name] ?? 20_000);
  });

  test("drags in no other public module", async () => {
    const { modules } = await bundle(root, source);
    const others = othersThan(subpath).filter((other) => modules.includes(other.source));
    expect(others.map((other) => other.specifier)).toEqual([]);
  });
});
