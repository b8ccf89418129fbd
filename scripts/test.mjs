// `npm test`: everything that must hold; `npm test -- unit e2e` picks phases. Runs on any Node from 18 up and needs
// no package; what it starts runs on Node 24. Ends with one line for CI: "N passed, N failed".
import { ensurePackages } from "./lib/packages.mjs";
import { ensureParts } from "./lib/parts.mjs";
import { phases } from "./lib/phases.mjs";
import { paint, runMain, say, seconds, StepError } from "./lib/steps.mjs";

await runMain(async () => {
  const start = performance.now();
  const names = pick(process.argv.slice(2));
  const total = { passed: 0, failed: 0 };
  // Without packages nothing else can run; with them every phase does, whatever the others found.
  const installed = await runPhase("packages", { work: ensurePackages });
  for (const name of installed.failed > 0 ? [] : names) {
    const { passed, failed } = await runPhase(name, phases[name]);
    total.passed += passed;
    total.failed += failed;
  }
  total.failed += installed.failed;
  say(`\n${names.length} ${names.length === 1 ? "phase" : "phases"} in ${seconds(start)}`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
});

/** The phases asked for, in their order; all when none is asked for. */
function pick(asked) {
  const all = Object.keys(phases);
  const unknown = asked.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new StepError(`There is no phase ${unknown.join(", ")}; there are ${all.join(", ")}.`);
  return asked.length > 0 ? all.filter((name) => asked.includes(name)) : all;
}

/** Runs a phase to its end whatever happens, so that one run shows everything that is wrong. */
async function runPhase(name, { needs = [], work }) {
  const start = performance.now();
  try {
    const counts = await work(await ensureParts(needs));
    report("green", "✓", name, start, counts);
    // A phase without tests of its own counts as one.
    return counts?.passed === undefined ? { passed: 1, failed: 0 } : counts;
  } catch (error) {
    report("red", "✗", name, start, error.counts);
    say(error instanceof StepError ? error.message : error.stack);
    return error.counts ?? { passed: 0, failed: 1 };
  }
}

function report(colour, sign, name, start, counts) {
  const tests = counts?.passed === undefined ? "" : `${counts.passed} passed, ${counts.failed} failed `;
  say(`${paint(colour, sign)} ${name.padEnd(9)} ${tests}${paint("dim", seconds(start))}`);
  for (const note of counts?.notes ?? []) say(`    ${note}`);
}
