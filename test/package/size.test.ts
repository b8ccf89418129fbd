import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { bundle } from "./bundle.ts";
import { subpaths } from "./manifest.ts";

/** Gzipped bytes that importing a subpath may cost, bundled and minified with everything it needs of the package at once. */
const ceilings: Record<string, number> = {
  ".": 10_200,
  "./solid-start": 22_700,
  "./fetch": 20_600,
  "./breached-passwords": 60_000,
};

/** The same of `createSessions` alone, as most import nothing else from `coatcheck`. */
const CORE_CEILING = 10_000;
/** What is loaded apart: stored sessions, writes, schemas and WebCrypto. */
const APART =
  /^dist\/(?:stored|stores|writing)\/|\/(?:circuit|client-address|address-text|update|shape|standard-schema|subtle)\.js$/;

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

describe("the bundle of createSessions", () => {
  const core = () => bundle(folder, "dist/index.js", "{ createSessions }");

  test("stays under its ceiling", async ({ task }) => {
    const { size } = await core();
    task.meta.note = `createSessions alone: ${size} bytes gzipped`;
    expect(size).toBeLessThan(CORE_CEILING);
  });

  test("has nothing of what is loaded apart", async () => {
    const { modules } = await core();
    expect(modules).toContain("dist/sealed.js");
    expect(modules.filter((module) => APART.test(module))).toEqual([]);
  });
});
