import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { manifest } from "./manifest.ts";

/** What importing a public module brings along at once. */
export interface Bundle {
  /** Gzipped bytes, minified. */
  readonly size: number;
  /** The files that something is taken from, relative to the folder. */
  readonly modules: readonly string[];
}

/**
 * Bundles a public module with everything that it needs of the package.
 *
 * @param folder - Where the package or the repository is.
 * @param file - Of the module or its source, relative to it.
 */
export async function bundle(folder: string, file: string): Promise<Bundle> {
  const peers = Object.keys(manifest.peerDependencies).map((peer) => new RegExp(`^${peer}(/|$)`));
  const build = await rolldown({
    input: join(folder, file),
    external: [/^node:/, ...peers],
    platform: "neutral",
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  const all = output.filter((part) => part.type === "chunk");
  // Not what is imported later, by those who use it.
  const atOnce = new Set([all.find((chunk) => chunk.isEntry)!.fileName]);
  for (const name of atOnce)
    for (const next of all.find((chunk) => chunk.fileName === name)?.imports ?? []) atOnce.add(next);
  const chunks = all.filter((chunk) => atOnce.has(chunk.fileName));
  return {
    size: gzipSync(chunks.map((chunk) => chunk.code).join("\n"), { level: 9 }).length,
    modules: chunks.flatMap((chunk) => chunk.moduleIds).map((id) => id.slice(folder.length + 1)),
  };
}
