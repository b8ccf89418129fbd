import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { npm } from "../../scripts/lib/packages.mjs";
import { root } from "../../scripts/lib/paths.mjs";
import { bundle } from "../../test/package/bundle.ts";
import { subpaths } from "../../test/package/manifest.ts";
import { medianColumn, spreadColumn } from "../lib/columns.ts";
import { undisturbed, type OwnTime } from "../lib/quiet.ts";
import { Collector } from "../lib/samples.ts";
import type { Study, StudyOptions } from "../lib/scenario.ts";
import { shuffled } from "../lib/shuffle.ts";
import { MODULES } from "./expectations.ts";

const PEERS = ["iron-session", "h3", "h3-v1", "jose", "better-auth", "@auth/core/jwt"];
/** Fresh processes, of which the median counts. */
const PROCESSES = 21;

const CORE = "coatcheck";
const SOLID_START = "coatcheck/solid-start";
/** What the adapter for SolidStart imports of Solid, which every application with SolidStart has loaded anyway. */
const SOLID = "solid-js/web";
const specifiers = [...subpaths.map(({ specifier }) => specifier), SOLID, ...PEERS];

/** What it takes to import a module, in a process that has imported nothing else, and what is loaded then. */
export const modules: Study = {
  name: "modules",
  table: "modules",
  title: "Import a module",
  base: CORE,
  columns: [medianColumn("load"), spreadColumn("load"), medianColumn("loadCpu"), medianColumn("gzipped")],
  claims: [
    { subject: CORE, quantity: "load", atMost: MODULES.core },
    { subject: SOLID_START, quantity: "load", atMost: MODULES.solidStart },
    { subject: CORE, quantity: "gzipped", atMost: MODULES.coreBytes },
  ],
  async measure(options) {
    const collector = new Collector();
    for (let n = 0; n < Math.min(options.rounds, PROCESSES); n++)
      for (const specifier of shuffled(specifiers))
        collector.add(specifier, await importOnce(specifier, options));
    for (const { specifier, file } of subpaths)
      collector.add(specifier, { gzipped: (await bundle(root, file)).size });
    return { samples: collector.inOrder(specifiers) };
  },
};

interface Loaded extends OwnTime {
  readonly load: number;
  readonly loadCpu: number;
}

async function importOnce(
  specifier: string,
  options: StudyOptions,
): Promise<Pick<Loaded, "load" | "loadCpu">> {
  const { load, loadCpu } = await undisturbed(options, () => importInProcess(specifier));
  return { load, loadCpu };
}

/** What a fresh process does: times in milliseconds. */
const script = (specifier: string): string => `
  const before = process.cpuUsage();
  const start = performance.now();
  await import(${JSON.stringify(specifier)});
  const load = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const all = process.cpuUsage();
  console.log(JSON.stringify({ load, loadCpu: (user + system) / 1000, ownMs: (all.user + all.system) / 1000 }));`;

async function importInProcess(specifier: string): Promise<Loaded> {
  const start = performance.now();
  const args = ["--input-type=module", "--eval", script(specifier)];
  // Found as from this workspace.
  const cwd = fileURLToPath(new URL("../", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
  return { ...(JSON.parse(stdout) as Omit<Loaded, "wallMs">), wallMs: performance.now() - start };
}

/** What is downloaded and unpacked. */
export const packed: Study = {
  name: "package",
  table: "package",
  title: "The package",
  base: CORE,
  columns: [medianColumn("packed"), medianColumn("unpacked"), medianColumn("files")],
  claims: [],
  async measure() {
    const text = await npm(["pack", "--dry-run", "--json", "--ignore-scripts"]);
    const [{ size, unpackedSize, entryCount }] = JSON.parse(text) as [
      { size: number; unpackedSize: number; entryCount: number },
    ];
    const collector = new Collector();
    collector.add(CORE, { packed: size, unpacked: unpackedSize, files: entryCount });
    return { samples: collector.inOrder([CORE]) };
  },
};
