// `npm run faults`: the ordeals of test/faults at full scale, one after another, and their figures;
// `npm run faults -- kills outage` picks files.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages } from "./lib/packages.mjs";
import { ensureParts } from "./lib/parts.mjs";
import { root } from "./lib/paths.mjs";
import { environment, node24, tool } from "./lib/runtime.mjs";
import { paint, run, runMain, say } from "./lib/steps.mjs";

await runMain(async () => {
  await ensurePackages();
  const variables = await ensureParts(["postgres", "redis"]);
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-faults-report-"));
  const report = join(folder, "report.json");
  const args = ["run", "--project", "faults", "--no-file-parallelism", "--disable-console-intercept=true"];
  args.push("--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2));
  const env = environment({ ...variables, COATCHECK_SCALE: "full" });
  try {
    await run(node24(), [tool("vitest"), ...args], { cwd: root, env, show: true, limit: 6 * 3600 });
  } finally {
    printFigures(report);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Prints what each ordeal measured, under its name. */
function printFigures(report) {
  if (!existsSync(report)) return;
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  for (const { assertionResults } of testResults)
    for (const { status, fullName, meta } of assertionResults.filter(
      (test) => test.meta?.note !== undefined,
    )) {
      say(`${status === "passed" ? paint("green", "✓") : paint("red", "✗")} ${fullName}`);
      for (const line of meta.note.split("; ")) say(`    ${line}`);
    }
}
