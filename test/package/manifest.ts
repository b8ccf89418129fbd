import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/paths.mjs";

/** The package's own package.json. */
export const manifest: {
  version: string;
  engines: { node: string };
  exports: Record<string, { types: string; default: string } | string>;
  peerDependencies: Record<string, string>;
} & Record<string, unknown> = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The public modules, as an application names them, and the file behind each. */
export const subpaths: { name: string; specifier: string; file: string }[] = Object.entries(
  manifest.exports,
).flatMap(([name, target]) =>
  typeof target === "string"
    ? []
    : [{ name, specifier: join("coatcheck", name), file: join(target.default) }],
);
