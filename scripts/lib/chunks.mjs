import { join } from "node:path";
import { entries } from "./entries.mjs";
import { root } from "./paths.mjs";

const SESSIONS = join(root, "src", "sessions.ts");

/**
 * Which modules that several entries load share a file. What is left over (a module of one entry, or what is imported at use) goes
 * where the bundler puts it.
 *
 * - `shared`: what public modules without sessions need that others need too, such as errors. It has to stay small, as everybody loads it.
 * - `core`: sessions, which `coatcheck`, the adapters and the command are built on.
 * - `adapters`: what the adapters add to them.
 *
 * In this order, as a group takes along what its modules import, but for what is in a group before.
 */
export const codeSplitting = {
  groups: ["shared", "core", "adapters"].map((group) => ({
    debugName: group,
    name: (id, graph) => (groupOf(id, graph) === group ? group : null),
  })),
};

/** @returns {"shared" | "core" | "adapters" | undefined} */
function groupOf(id, graph) {
  const users = entries
    .map(({ name, source }) => ({ name, loaded: modulesLoadedBy(source, graph) }))
    .filter(({ loaded }) => loaded.has(id));
  if (users.length < 2) return undefined;
  if (users.some(({ loaded }) => !loaded.has(SESSIONS))) return "shared";
  return users.some(({ name }) => name === "index") ? "core" : "adapters";
}

/** What importing a module loads at once, itself included. */
function modulesLoadedBy(source, graph) {
  const loaded = new Set([source]);
  for (const id of loaded) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) loaded.add(next);
  return loaded;
}
