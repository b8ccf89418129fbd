import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";

/** What the figures depend on. */
export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly openssl: string;
  readonly sqlite: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly packages: Readonly<Record<string, string>>;
}

const MEASURED = [
  "@auth/core",
  "@fastify/secure-session",
  "@solidjs/start",
  "better-auth",
  "connect-pg-simple",
  "connect-redis",
  "cookie",
  "cookie-es",
  "cookie-session",
  "express",
  "express-session",
  "fastify",
  "h3",
  "h3-v1",
  "iron-session",
  "jose",
  "pg",
  "redis",
  "sodium-native",
];

export function describeMachine(): Machine {
  const packages = [
    ["coatcheck", versionIn(new URL("../../package.json", import.meta.url))],
    ...MEASURED.map((name) => [name, versionIn(packageJsonOf(name))]),
  ];
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    openssl: process.versions.openssl,
    sqlite: process.versions.sqlite ?? "none",
    system: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    packages: Object.fromEntries(packages) as Record<string, string>,
  };
}

/** Found from the package's entry upwards: not every package exports its package.json. */
function packageJsonOf(name: string): URL {
  const entry = import.meta.resolve(name);
  const folder = `/node_modules/${name}/`;
  return new URL(`${entry.slice(0, entry.lastIndexOf(folder))}${folder}package.json`);
}

function versionIn(file: URL): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
