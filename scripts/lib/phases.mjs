import { buildApp, buildLibrary } from "./build.mjs";
import { app, guardsApp, quickstartApp, root, seedApp } from "./paths.mjs";
import { environment, node24, tool } from "./runtime.mjs";
import { run, StepError } from "./steps.mjs";
import { runTests } from "./vitest.mjs";

/**
 * What `npm test` does, in this order. `needs` names real programs (see parts.mjs); `work` gets their variables, throws
 * when something is wrong, and returns the numbers of its tests when it has any.
 * @type {Record<string, { needs?: import("./parts.mjs").Part[], work: (variables: Record<string, string>) =>
 *   Promise<unknown> }>}
 */
export const phases = {
  types: { work: checkTypes },
  format: { work: () => command("oxfmt", ["--check"]) },
  lint: { work: lint },
  knip: { work: () => command("knip", ["--no-progress"]) },
  unit: {
    needs: ["postgres", "redis"],
    work: (variables) => runTests("unit", { env: variables, limit: 900 }),
  },
  faults: {
    needs: ["postgres", "redis"],
    work: (variables) => runTests("faults", { env: variables, limit: 600 }),
  },
  package: { work: checkPackage },
  e2e: { needs: ["chromium", "postgres", "redis", "nginx"], work: checkInBrowser },
  bench: { needs: ["postgres", "redis"], work: benchShortly },
};

async function checkTypes() {
  await buildLibrary();
  const check = (cwd) => command("typescript", ["-p", "tsconfig.json", "--noEmit"], { name: "tsc", cwd });
  const folders = [root, app, seedApp, guardsApp, quickstartApp];
  const problems = (await Promise.allSettled(folders.map(check))).filter(({ reason }) => reason);
  if (problems.length > 0) throw new StepError(problems.map(({ reason }) => reason.message).join("\n"));
}

async function lint() {
  await buildLibrary(); // the application's types come from dist/
  return command("oxlint", ["--type-aware", "--deny-warnings", "--report-unused-disable-directives"]);
}

async function checkPackage() {
  await buildLibrary();
  return runTests("package", { limit: 240 });
}

async function checkInBrowser(variables) {
  await buildApp();
  return runTests("e2e", { env: variables, limit: 1500 });
}

async function benchShortly(variables) {
  await buildLibrary();
  const env = environment(variables);
  await run(node24(), ["bench/run.ts", "--short"], { cwd: root, env, limit: 400 });
}

/** Runs a package's command on Node 24. */
function command(packageName, args, { name = packageName, cwd = root } = {}) {
  return run(node24(), [tool(packageName, name), ...args], { cwd, env: environment(), limit: 180 });
}
