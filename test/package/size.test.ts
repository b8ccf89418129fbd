import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { bundle } from "./bundle.ts";
import { subpaths } from "./manifest.ts";

/** Gzipped bytes that importing a subpath may cost, bundled and minified with everything it needs of the package at once. */
const ceilings: Record<string, number> = {
  ".": 14_500,
  "./solid-start": 26_000,
  "./fetch": 24_000,
  "./breached-passwords": 60_000,
  "./sodium": 1_500,
};

/** Public modules that another is meant to bring along. */
const meant: Record<string, string[]> = { "./solid-start": ["./password"], "./fetch": ["./password"] };

const { full } = inject("packed");
const folder = join(full, "node_modules", "coatcheck");

describe.each(subpaths)("the bundle of $specifier", ({ name, specifier, file }) => {
  test("stays under its ceiling", async ({ task }) => {
    const { size } = await bundle(folder, file);
    task.meta.note = `${specifier}: ${size} bytes gzipped`;
    expect(size).toBeLessThan(ceilings[name] ?? 20_000);
  });

  test("drags in no other public module", async () => {
    const others = subpaths.filter((other) => other.name !== name && !meant[name]?.includes(other.name));
    const { modules } = await bundle(folder, file);
    expect(others.filter((other) => modules.includes(other.file)).map((other) => other.specifier)).toEqual(
      [],
    );
  });
});
