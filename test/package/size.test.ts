import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { describe, expect, inject, test } from "vitest";
import { manifest, subpaths } from "./manifest.ts";

/** Gzipped bytes that importing a subpath may cost, bundled and minified with everything it needs of the package at once. */
const ceilings: Record<string, number> = { ".": 12_000, "./breached-passwords": 60_000 };

/** Public modules that another is meant to bring along. */
const meant: Record<string, string[]> = { "./solid-start": ["./password"], "./fetch": ["./password"] };

const { full } = inject("packed");
const folder = join(full, "node_modules", "coatcheck");

describe.each(subpaths)("the bundle of $specifier", ({ name, specifier, file }) => {
  test("stays under its ceiling", async ({ task }) => {
    const { size } = await bundle(file);
    task.meta.note = `${specifier}: ${size} bytes gzipped`;
    expect(size).toBeLessThan(ceilings[name] ?? 20_000);
  });

  test("drags in no other public module", async () => {
    const others = subpaths.filter((other) => other.name !== name && !meant[name]?.includes(other.name));
    const { modules } = await bundle(file);
    expect(others.filter((other) => modules.includes(other.file)).map((other) => other.specifier)).toEqual(
      [],
    );
  });
});

async function bundle(file: string): Promise<{ size: number; modules: string[] }> {
  const peers = Object.keys(manifest.peerDependencies).map((peer) => new RegExp(`^${peer}(/|$)`));
  const build = await rolldown({
    input: join(folder, file),
    external: [/^node:/, ...peers],
    platform: "neutral",
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  const all = output.filter((part) => part.type === "chunk");
  // Not what is imported later, by those who use it.
  const entry = all.find((chunk) => chunk.isEntry)!;
  const atOnce = new Set([entry.fileName, ...entry.imports]);
  const chunks = all.filter((chunk) => atOnce.has(chunk.fileName));
  return {
    size: gzipSync(chunks.map((chunk) => chunk.code).join("\n"), { level: 9 }).length,
    modules: chunks.flatMap((chunk) => chunk.moduleIds).map((id) => id.slice(folder.length + 1)),
  };
}
