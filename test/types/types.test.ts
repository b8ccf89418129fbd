import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { node24, tool } from "../../scripts/lib/runtime.mjs";

const run = promisify(execFile);
const fixtures = ["session", "login", "policies", "guard", "fetch"].map((name) =>
  fileURLToPath(import.meta.resolve(`./${name}.types.ts`)),
);

/** Compiler options of applications, beside `strict`. */
const configurations = [
  { configuration: "nothing else", options: {} },
  { configuration: "exactOptionalPropertyTypes", options: { exactOptionalPropertyTypes: true } },
  {
    configuration: "all that makes it stricter",
    options: {
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: false,
      useUnknownInCatchVariables: true,
      noImplicitOverride: true,
    },
  },
];

test.each(configurations)(
  "the public types do what the examples say under strict and $configuration",
  async ({ options }) => {
    const folder = await mkdtemp(join(tmpdir(), "types-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: "es2024",
      lib: ["es2024", "dom", "dom.iterable"],
      types: ["node"],
      typeRoots: [join(root, "node_modules", "@types")],
      module: "preserve",
      moduleResolution: "bundler",
      allowImportingTsExtensions: true,
      ...options,
    };
    const config = join(folder, "tsconfig.json");
    await writeFile(config, JSON.stringify({ compilerOptions, files: fixtures }));
    const compiled = run(node24(), [tool("typescript", "tsc"), "-p", config]).catch(
      (failure: { stdout: string }) => failure,
    );
    expect((await compiled).stdout).toBe("");
  },
  30_000,
);
