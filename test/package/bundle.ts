import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { manifest } from "./manifest.ts";

/** A module that imports the one that is measured, as an application does. */
const ENTRY = "\0importing";

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
 * @param names - What is imported from it; the rest is left out where nothing else needs it.
 */
export async function bundle(folder: string, file: string, names = "*"): Promise<Bundle> {
  const peers = Object.keys(manifest.peerDependencies).map((peer) => new RegExp(`^${peer}(/|$)`));
  const build = await rolldown({
    input: ENTRY,
    plugins: [
      {
        name: "importing",
        resolveId: (id) => (id === ENTRY ? ENTRY : null),
        load: (id) => (id === ENTRY ? `export ${names} from ${JSON.stringify(join(folder, file))};` : null),
      },
    ],
    external: [/^node:/, ...peers],
    platform: "neutral",
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  const all = output.filter((part) => part.type === "chunk");
  // Not what is imported later, by those who use it.
  const entry = all.find((chunk) => chunk.isEntry)!;
  const chunks = new Set([entry]);
  // Grows while it is gone through: what a chunk imports, that imports in turn.
  for (const { imports } of chunks)
    for (const name of imports) for (const chunk of all) if (chunk.fileName === name) chunks.add(chunk);
  return {
    size: gzipSync([...chunks].map((chunk) => chunk.code).join("\n"), { level: 9 }).length,
    modules: [...chunks]
      .flatMap((chunk) => chunk.moduleIds)
      .filter((id) => id !== ENTRY)
      .map((id) => id.slice(folder.length + 1)),
  };
}
