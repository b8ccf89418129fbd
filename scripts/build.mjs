// `npm run build`: the library into dist/, the application into examples/hogwarts/.output.
import { buildApp } from "./lib/build.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { runMain, say } from "./lib/steps.mjs";

await runMain(async () => {
  await ensurePackages();
  await buildApp();
  say("dist/ and examples/hogwarts/.output are up to date.");
});
