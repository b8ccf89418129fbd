import { join } from "node:path";
import { buildLibrary, library } from "../../../../scripts/lib/build.mjs";
import { seedApp } from "../../../../scripts/lib/paths.mjs";
import { environment, node24, tool } from "../../../../scripts/lib/runtime.mjs";
import { unlessFresh } from "../../../../scripts/lib/stamp.mjs";
import { run } from "../../../../scripts/lib/steps.mjs";

const folder = "test/apps/seed";
const server = ".output/server/index.mjs";

/** What Node runs to serve the fixture. */
export const seedServer: string = join(seedApp, server);

/** Builds the fixture with the real framework, unless that was done already. */
export async function buildSeedApp(): Promise<void> {
  await buildLibrary();
  await unlessFresh("seed-app", { inputs: [...library, folder], output: `${folder}/${server}` }, async () => {
    const env = environment({ NODE_ENV: "production" });
    await run(node24(), [tool("vite"), "build"], { cwd: seedApp, env });
  });
}
