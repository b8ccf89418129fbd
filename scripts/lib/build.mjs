import { rmSync } from "node:fs";
import { join } from "node:path";
import { app, root } from "./paths.mjs";
import { environment, node24, tool } from "./runtime.mjs";
import { unlessFresh } from "./stamp.mjs";
import { run, step } from "./steps.mjs";

/** What the library is built from. */
export const library = [
  "src",
  "rolldown.config.mjs",
  "scripts/lib/chunks.mjs",
  "scripts/lib/entries.mjs",
  "tsconfig.base.json",
  "tsconfig.build.json",
  "package.json",
  "package-lock.json",
];

/**
 * What writes dist/: the declarations file by file, the code in few files. Both can watch the sources.
 * @returns {string[][]} what Node is given to run
 */
export const builders = () => [
  [tool("typescript", "tsc"), "-p", "tsconfig.build.json", "--preserveWatchOutput"],
  [tool("rolldown"), "-c", "rolldown.config.mjs"],
];

/** Builds src/ into dist/ unless dist/ is up to date. */
export async function buildLibrary() {
  await unlessFresh("library", { inputs: library, output: "dist/index.js" }, () =>
    step("library built", async () => {
      // A file whose source is gone must not reach the package.
      rmSync(join(root, "dist"), { recursive: true, force: true });
      await Promise.all(builders().map((args) => run(node24(), args, { cwd: root, env: environment() })));
    }),
  );
}

/** Builds the application into examples/hogwarts/.output unless it is up to date. */
export async function buildApp() {
  await buildLibrary();
  const inputs = [...library, "examples/hogwarts"];
  await unlessFresh("app", { inputs, output: "examples/hogwarts/.output/server/index.mjs" }, () =>
    step("application built", async () => {
      // Vite would build for development under the NODE_ENV that a user set for serving.
      const env = environment({ NODE_ENV: "production" });
      await run(node24(), [tool("vite"), "build"], { cwd: app, env });
    }),
  );
}
