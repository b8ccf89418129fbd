import { basename, join } from "node:path";
import { buildLibrary, library } from "../../../scripts/lib/build.mjs";
import { guardsApp, quickstartApp, seedApp } from "../../../scripts/lib/paths.mjs";
import { environment, node24, tool } from "../../../scripts/lib/runtime.mjs";
import { unlessFresh } from "../../../scripts/lib/stamp.mjs";
import { run } from "../../../scripts/lib/steps.mjs";

const SERVER = ".output/server/index.mjs";

/** What Node runs to serve a fixture application. */
export function serverOf(folder: string): string {
  return join(folder, SERVER);
}

/** Builds the fixture applications with the real framework, those that have changed. */
export async function buildFixtures(): Promise<void> {
  await buildLibrary();
  const env = environment({ NODE_ENV: "production" });
  for (const cwd of [seedApp, guardsApp, quickstartApp]) {
    const name = basename(cwd);
    const folder = `test/apps/${name}`;
    const files = { inputs: [...library, folder], output: `${folder}/${SERVER}` };
    await unlessFresh(`${name}-app`, files, async () => {
      await run(node24(), [tool("vite"), "build"], { cwd, env });
    });
  }
}
