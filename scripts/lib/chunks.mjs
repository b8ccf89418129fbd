import { join } from "node:path";
import { entries } from "./entries.mjs";
import { root } from "./paths.mjs";

const INDEX = join(root, "src", "index.ts");
const SESSIONS = join(root, "src", "sessions.ts");

/**
 * Which modules that several entries load share a file. What is left over (a module of one entry, what is
 * imported at use, what public modules share that the core does without) goes where the bundler puts it.
 *
 * - `shared`: what `index.ts` itself imports but for `sessions.ts`, as a page may import that in the browser;
 *   and what the core and public modules without sessions need. Nothing of it may import anything later: of a
 *   file from which they take anything, bundlers keep all that it imports later.
 * - `core`: sessions, which `coatcheck`, the adapters and the command are built on.
 * - `later`: what the adapters load at once, and sessions later.
 * - `adapters`: what else the adapters add to them.
 *
 * In this order, as a group takes along what its modules import, but for what is in a group before.
 */
export const codeSplitting = {
  groups: ["shared", "core", "later", "adapters"].map((group) => ({
    debugName: group,
    name: (id, graph) => (groupOf(id, graph) === group ? group : null),
  })),
};

/** @returns {"shared" | "core" | "later" | "adapters" | undefined} */
function groupOf(id, graph) {
  if (id !== SESSIONS && graph.getModuleInfo(INDEX).importedIds.includes(id)) return "shared";
  const users = entries
    .map(({ name, source }) => ({ name, loaded: loadedWith(source, graph) }))
    .filter(({ loaded }) => loaded.has(id));
  if (users.length < 2) return undefined;
  const haveSessions = users.every(({ loaded }) => loaded.has(SESSIONS));
  if (users.some(({ name }) => name === "index")) return haveSessions ? "core" : "shared";
  if (!haveSessions) return undefined;
  return laterThanIndex(graph).has(id) ? "later" : "adapters";
}

/** What importing a module loads at once, itself included. */
function loadedWith(source, graph) {
  const loaded = new Set([source]);
  for (const id of loaded) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) loaded.add(next);
  return loaded;
}

/** What `coatcheck` loads later, and what that loads. */
function laterThanIndex(graph) {
  const later = new Set();
  for (const id of loadedWith(INDEX, graph))
    for (const first of graph.getModuleInfo(id)?.dynamicallyImportedIds ?? [])
      for (const next of loadedWith(first, graph)) later.add(next);
  return later;
}
