import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { environment, node24, tool } from "../../scripts/lib/runtime.mjs";
import { run } from "../../scripts/lib/steps.mjs";
import { manifest, subpaths } from "./manifest.ts";

const { alone, full, oldestNode } = inject("packed");
const fixtures = join(import.meta.dirname, "fixtures");
const nodes = [
  { name: "Node 24", node: node24() },
  ...(oldestNode ? [{ name: `Node ${manifest.engines.node}`, node: oldestNode }] : []),
];

describe.each(nodes)("the installed package on $name", ({ node }) => {
  test.each(subpaths)("exports something from $specifier", async ({ specifier }) => {
    const script = `console.log(Object.keys(await import(${JSON.stringify(specifier)})).length)`;
    const printed = await run(node, ["--input-type=module", "--eval", script], { cwd: full });
    expect(Number(printed)).toBeGreaterThan(0);
  });

  test("carries a session from one request to the next", async () => {
    copyFileSync(join(fixtures, "round-trip.mjs"), join(alone, "round-trip.mjs"));
    expect(await run(node, ["round-trip.mjs"], { cwd: alone })).toBe("ok\n");
  });

  test("has the coatcheck command, which needs no other package", async () => {
    const command = join(alone, "node_modules", ".bin", "coatcheck");
    expect(await run(node, [command, "keygen"], { cwd: alone })).toMatch(/^[\w-]{43}\n$/);
  });
});

describe("the installed package's types", () => {
  // Not skipLibCheck: it would hide a declaration that leans on types an application need not have.
  test.each(["nodenext", "bundler"])(
    "check without @types/node under moduleResolution %s",
    async (resolution) => {
      const folder = full;
      copyFileSync(join(fixtures, "consumer.ts"), join(folder, "consumer.ts"));
      const compilerOptions = {
        strict: true,
        noEmit: true,
        target: "es2023",
        lib: ["es2023", "dom", "dom.iterable"],
        types: [],
        module: resolution === "nodenext" ? "nodenext" : "preserve",
        moduleResolution: resolution,
      };
      const config = join(folder, `tsconfig.${resolution}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
      const checked = run(node24(), [tool("typescript", "tsc"), "-p", config], {
        cwd: folder,
        env: environment(),
      });
      await expect(checked).resolves.toBe("");
    },
  );
});
