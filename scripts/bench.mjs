// `npm run bench`: measures the built library beside its peers; arguments go on to bench/run.ts. With
// `--plots` it only writes tables and plots anew from the results that are there.
import { buildLibrary } from "./lib/build.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { ensureParts } from "./lib/parts.mjs";
import { root } from "./lib/paths.mjs";
import { environment, node24 } from "./lib/runtime.mjs";
import { run, runMain } from "./lib/steps.mjs";

await runMain(async () => {
  await ensurePackages();
  const asked = process.argv.slice(2);
  const variables = await ensureParts(asked.includes("--plots") ? [] : ["postgres", "redis"]);
  await buildLibrary();
  const args = ["bench/run.ts", ...asked];
  await run(node24(), args, { cwd: root, env: environment(variables), show: true, limit: 24 * 3600 });
});
