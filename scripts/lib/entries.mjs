import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/**
 * What package.json names: the public modules, and the command. `name` is what stands between `dist/` or
 * `src/` and the extension.
 * @type {{ name: string, source: string }[]}
 */
export const entries = [
  ...Object.values(manifest.exports).flatMap((target) => target.default ?? []),
  ...Object.values(manifest.bin),
].map((file) => {
  const name = file.slice("./dist/".length, -".js".length);
  return { name, source: join(root, "src", `${name}.ts`) };
});

/** The packages that are the application's, with all that they export. */
export const peers = Object.keys(manifest.peerDependencies).map((name) => new RegExp(`^${name}(/|$)`));
