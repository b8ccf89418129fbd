import { join } from "node:path";
import { entries } from "./entries.mjs";
import { root } from "./paths.mjs";

const SESSIONS = join(root, "src", "sessions.ts");
const nameOf = ({ name }) => name.replaceAll("/", "-");

/**
 * Which modules that several entries load share a file. What is left over (a module of one entry, or what is imported at use) goes
 * where the bundler puts it.
 *
 * - `core`: sessions, which `coatcheck`, the adapters and the command are built on.
 * - `adapters`: what the adapters add to them.
 * - `shared`: what other public modules need of both, such as errors. It has to stay small, as everybody loads it.
 * - a public module's own, where an adapter brings it along.
 *
 * In this order, as a group takes along what its modules import, but for what is in a group before.
 */
export const codeSplitting = {
  groups: ["shared", ...entries.map(nameOf), "core", "adapters"].map((group) => ({
    debugName: group,
    name: (id, graph) => (groupOf(id, graph) === group ? group : null),
  })),
};

/** @returns {string | undefined} */
function groupOf(id, graph) {
  const users = usersOf(id, graph);
  const light = users.filter((entry) => !loadedBy(entry, graph).has(SESSIONS));
  if (users.length < 2 || light.length === users.length) return undefined;
  if (light.length > 0) {
    const [only, another] = light;
    const isBroughtAlong = another === undefined && usersOf(only.source, graph).length > 1;
    return isBroughtAlong ? nameOf(only) : "shared";
  }
  return users.some(({ name }) => name === "index") ? "core" : "adapters";
}

function usersOf(id, graph) {
  return entries.filter((entry) => loadedBy(entry, graph).has(id));
}

/** The modules that an entry loads at once. */
function loadedBy({ source }, graph) {
  const loaded = new Set([source]);
  for (const id of loaded) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) loaded.add(next);
  return loaded;
}
