// `npm start`: installs, builds, migrates, seeds and serves the Hogwarts application. Runs on any Node from 18 up
// and needs no package; what it starts runs on Node 24.
import { buildApp } from "./lib/build.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { app } from "./lib/paths.mjs";
import { environment, node24 } from "./lib/runtime.mjs";
import { address, checkFree, serve } from "./lib/serve.mjs";
import { run, runMain } from "./lib/steps.mjs";

await runMain(async () => {
  const where = address();
  await checkFree(where);
  await ensurePackages();
  await buildApp();
  await run(node24(), ["scripts/setup.ts"], { cwd: app, env: environment(), show: true });
  return serve(where);
});
