import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";
import { npm } from "../../scripts/lib/packages.mjs";
import { root } from "../../scripts/lib/paths.mjs";
import { environment, node24, tool } from "../../scripts/lib/runtime.mjs";
import { run } from "../../scripts/lib/steps.mjs";
import { manifest, subpaths } from "./manifest.ts";

const { alone, tarball } = inject("packed");
const folder = join(alone, "node_modules", "coatcheck");
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

describe("the packed package", () => {
  test("has no runtime dependency and brings no other package", () => {
    for (const kind of ["dependencies", "optionalDependencies", "bundleDependencies"])
      expect(manifest[kind]).toBeUndefined();
    expect(readdirSync(join(alone, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "coatcheck",
    ]);
  });

  test("holds what it is made of and nothing else", () => {
    const allowed =
      /^(dist\/.+\.(js|d\.ts)|docs\/.+|(README|ARCHITECTURE|CHANGELOG)\.md|LICENSE|package\.json)$/;
    expect(files.filter((file) => !allowed.test(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "package.json"]));
  });

  test.each(subpaths)("has the code and the types of $specifier", ({ file }) => {
    expect(existsSync(join(folder, file))).toBe(true);
    expect(existsSync(join(folder, file.replace(/\.js$/, ".d.ts")))).toBe(true);
  });

  test("names no machine's path and no registry", async () => {
    const registry = new URL((await npm(["config", "get", "registry"])).trim());
    const traces = [root, `${homedir()}/`, registry.host];
    const found = files.filter((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return traces.some((trace) => text.includes(trace));
    });
    expect(found).toEqual([]);
  });

  test("passes publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test("passes Are The Types Wrong", async () => {
    const attw = tool("@arethetypeswrong/cli", "attw");
    const checked = run(node24(), [attw, tarball, "--profile", "esm-only"], { env: environment() });
    await expect(checked).resolves.toContain("coatcheck/fetch");
  });
});
