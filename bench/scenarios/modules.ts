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
const IN_SOLID_START = `${SOLID_START}, where ${SOLID} is loaded`;

/** What is imported, and what is loaded already by then, by the name of the line. */
const imports: Readonly<Record<string, { specifier: string; after?: string }>> = {
  ...alone(subpaths.map(({ specifier }) => specifier)),
  [IN_SOLID_START]: { specifier: SOLID_START, after: SOLID },
  ...alone([SOLID, ...PEERS]),
};
const names = Object.keys(imports);

function alone(specifiers: readonly string[]): Record<string, { specifier: string }> {
  return Object.fromEntries(specifiers.map((specifier) => [specifier, { specifier }]));
}

/** What it takes to import a module, in a process that has imported nothing else unless it is said, and what is loaded then. */
export const modules: Study = {
  name: "modules",
  table: "modules",
  title: "Import a module",
  base: CORE,
  columns: [medianColumn("load"), spreadColumn("load"), medianColumn("loadCpu"), medianColumn("gzipped")],
  claims: [
    { subject: CORE, quantity: "load", atMost: MODULES.core },
    { subject: IN_SOLID_START, quantity: "load", atMost: MODULES.solidStart },
    { subject: CORE, quantity: "gzipped", atMost: MODULES.coreBytes },
  ],
  async measure(options) {
    const collector = new Collector();
    for (let n = 0; n < Math.min(options.rounds, PROCESSES); n++)
      for (const name of shuffled(names)) collector.add(name, await importOnce(name, options));
    for (const { specifier, file } of subpaths)
      collector.add(specifier, { gzipped: (await bundle(root, file)).size });
    return { samples: collector.inOrder(names) };
  },
};

interface Loaded extends OwnTime {
  readonly load: number;
  readonly loadCpu: number;
}

async function importOnce(name: string, options: StudyOptions): Promise<Pick<Loaded, "load" | "loadCpu">> {
  const { load, loadCpu } = await undisturbed(options, () => importInProcess(name));
  return { load, loadCpu };
}

/** What a fresh process does: times in milliseconds. */
const script = ({ specifier, after }: (typeof imports)[string]): string => `
  ${after === undefined ? "" : `await import(${JSON.stringify(after)});`}
  const before = process.cpuUsage();
  const start = performance.now();
  await import(${JSON.stringify(specifier)});
  const load = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const all = process.cpuUsage();
  console.log(JSON.stringify({ load, loadCpu: (user + system) / 1000, ownMs: (all.user + all.system) / 1000 }));`;

async function importInProcess(name: string): Promise<Loaded> {
  const start = performance.now();
  const args = ["--input-type=module", "--eval", script(imports[name]!)];
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
