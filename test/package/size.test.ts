import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { bundle } from "./bundle.ts";
import { othersThan, subpaths } from "./manifest.ts";

/** Gzipped bytes that importing a subpath may cost, bundled and minified with everything it needs of the package at once. */
const ceilings: Record<string, number> = {
  ".": 10_000,
  "./solid-start": 16_000,
  "./fetch": 14_000,
  "./breached-passwords": 60_000,
  "./sodium": 1_500,
};

/** The same of `createSessions` alone, as most import nothing else from `coatcheck`. */
const CORE_CEILING = 10_000;
/** What is loaded apart: stored sessions, writes, schemas and WebCrypto. */
const APART =
  /^src\/(?:stored|stores|writing)\/|\/(?:circuit|client-address|address-text|update|shape|standard-schema|subtle)\.ts$/;

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

describe("the bundle of createSessions", () => {
  const CORE = "{ createSessions }";

  test("stays under its ceiling", async ({ task }) => {
    const { size } = await bundle(folder, "dist/index.js", CORE);
    task.meta.note = `createSessions alone: ${size} bytes gzipped`;
    expect(size).toBeLessThan(CORE_CEILING);
  });

  test("has nothing of what is loaded apart", async () => {
    const { modules } = await bundle(root, "src/index.ts", CORE);
    expect(modules).toContain("src/sealed.ts");
    expect(modules.filter((module) => APART.test(module))).toEqual([]);
  });
});
