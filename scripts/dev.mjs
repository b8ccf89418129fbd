// `npm run dev`: the library and the application, both rebuilt as their sources change.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { builders, buildLibrary } from "./lib/build.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { app, root } from "./lib/paths.mjs";
import { environment, node24, tool } from "./lib/runtime.mjs";
import { address, checkFree } from "./lib/serve.mjs";
import { run, runMain } from "./lib/steps.mjs";

await runMain(async () => {
  const where = address();
  await checkFree(where);
  await ensurePackages();
  await buildLibrary();
  await run(node24(), ["scripts/setup.ts"], { cwd: app, env: environment(), show: true });
  const watchers = [
    ...builders().map((args) => watch(root, [...args, "--watch"])),
    watch(app, [tool("vite"), "dev", "--host", where.host, "--port", String(where.port), "--strictPort"]),
  ];
  process.on("exit", () => watchers.forEach((child) => child.kill()));
  const [code] = await Promise.race(watchers.map((child) => once(child, "exit")));
  return code ?? 1;
});

function watch(cwd, args) {
  return spawn(node24(), args, { cwd, env: environment(), stdio: "inherit" });
}
