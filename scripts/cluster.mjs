// `npm run cluster`: serves Hogwarts on three nodes behind nginx, with PostgreSQL and Redis, as compose.yaml does with
// containers, and removes everything when it is stopped.
import { buildApp } from "./lib/build.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { ensureParts } from "./lib/parts.mjs";
import { root } from "./lib/paths.mjs";
import { environment, node24 } from "./lib/runtime.mjs";
import { run, runMain } from "./lib/steps.mjs";

await runMain(async () => {
  await ensurePackages();
  const variables = await ensureParts(["postgres", "redis", "nginx"]);
  await buildApp();
  const env = environment(variables);
  await run(node24(), ["test/support/cluster.ts"], { cwd: root, env, show: true, limit: 24 * 3600 });
});
