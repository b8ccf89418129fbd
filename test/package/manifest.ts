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

/** A public module: as an application names it, its file and what that is built from. */
export interface Subpath {
  readonly name: string;
  readonly specifier: string;
  readonly file: string;
  readonly source: string;
}

export const subpaths: Subpath[] = Object.entries(manifest.exports).flatMap(([name, target]) => {
  if (typeof target === "string") return [];
  const file = join(target.default);
  const source = file.replace(/^dist/, "src").replace(/\.js$/, ".ts");
  return [{ name, specifier: join("coatcheck", name), file, source }];
});

/** The public modules that importing this one must not bring along. */
export function othersThan({ name }: Subpath): Subpath[] {
  return subpaths.filter((other) => other.name !== name);
}
