import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { npm } from "../../scripts/lib/packages.mjs";
import { root } from "../../scripts/lib/paths.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The packed package, its files, and two projects outside the repository that installed it. */
    packed: {
      tarball: string;
      /** A project with the package alone. */
      alone: string;
      /** A project with the package, its optional peers and the oldest Node that it supports. */
      full: string;
      /** That oldest Node, where there is a package of it for this platform. */
      oldestNode: string | undefined;
    };
  }
}

/** Packs the package once for all tests of this folder and installs it outside the repository. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-package-"));
  await npm(["pack", "--ignore-scripts", "--pack-destination", folder]);
  const tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".tgz"))!,
  );
  const { engines, peerDependencies } = readJson(join(root, "package.json"));
  const oldest = engines.node.replace(">=", "");
  const platform = `${process.platform}-${process.arch}`;
  const peers = Object.keys(peerDependencies).map((name) => `${name}@${installedVersion(name)}`);
  const alone = await install(join(folder, "alone"), [tarball]);
  const full = await install(join(folder, "full"), [tarball, ...peers]);
  const oldestNode = ["linux-x64", "linux-arm64"].includes(platform)
    ? join(await install(join(folder, "oldest"), [`node-${platform}@${oldest}.0`]), "node_modules/.bin/node")
    : undefined;
  project.provide("packed", { tarball, alone, full, oldestNode });
  return () => rmSync(folder, { recursive: true, force: true });
}

async function install(folder: string, packages: string[]): Promise<string> {
  mkdirSync(folder);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "outside", private: true, type: "module" }),
  );
  await npm(["install", "--prefer-offline", "--prefix", folder, ...packages], { cwd: folder });
  return folder;
}

function installedVersion(name: string): string {
  return readJson(join(root, "node_modules", name, "package.json")).version;
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, "utf8"));
}
