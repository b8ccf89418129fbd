import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { environment, node24, tool } from "./runtime.mjs";
import { run, StepError } from "./steps.mjs";

/** A run with failed tests, which knows how many passed and how many failed. */
export class TestFailure extends StepError {
  /**
   * @param {string} message
   * @param {{ passed: number, failed: number, notes: string[] }} counts
   */
  constructor(message, counts) {
    super(message);
    this.counts = counts;
  }
}

/**
 * Runs one project of vitest.config.ts.
 * @param {string} project
 * @param {{ env?: Record<string, string>, limit?: number }} [options]
 * @returns {Promise<{ passed: number, failed: number, notes: string[] }>} `notes`: what tests left in `task.meta.note`
 * @throws {TestFailure} when a test fails or is skipped: a test that does not run proves nothing
 */
export async function runTests(project, { env, limit } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-report-"));
  const report = join(folder, "report.json");
  const args = ["run", "--project", project, "--allowOnly=false"];
  args.push("--reporter=default", "--reporter=json", `--outputFile.json=${report}`);
  try {
    let problem = await run(node24(), [tool("vitest"), ...args], {
      cwd: root,
      env: environment(env),
      limit,
    }).then(
      () => undefined,
      (error) => error.message,
    );
    const { passed, failed, skipped, notes } = readReport(report);
    if (skipped.length > 0)
      problem = [problem, `Skipped, which counts as failed:`, ...skipped].filter(Boolean).join("\n  ");
    const counts = { passed, failed: failed + skipped.length, notes };
    // An error outside any test fails the run as well.
    if (problem) throw new TestFailure(problem, { ...counts, failed: Math.max(counts.failed, 1) });
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads vitest's JSON report; a run that ended before writing one has no tests. */
function readReport(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 0, skipped: [], notes: [] };
  }
  const tests = report.testResults.flatMap((result) => result.assertionResults);
  const skipped = tests.filter(({ status }) => status !== "passed" && status !== "failed");
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: skipped.map(({ fullName }) => fullName),
    notes: tests.flatMap(({ meta }) => meta?.note ?? []),
  };
}
