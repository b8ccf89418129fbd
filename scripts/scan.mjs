// `npm run scan`: has wapiti attack Hogwarts on this machine, as nobody and as the headmaster, and holds what
// it reports to the findings that are answered here.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp } from "./lib/build.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { ensureParts } from "./lib/parts.mjs";
import { root } from "./lib/paths.mjs";
import { environment, node24 } from "./lib/runtime.mjs";
import { run, runMain, say, StepError } from "./lib/steps.mjs";

/** Seconds that one scan may take. */
const LIMIT = 600;

/** What wapiti says of every site like this one, and why it is right as it is. */
const ANSWERED = {
  "Lack of anti CSRF token":
    "a request of another site is refused by Sec-Fetch-Site and Origin, which no page can forge: it needs no token",
  "X-XSS-Protection is not set":
    "browsers have taken that filter out again, as it opened holes of its own; the content security policy is what protects",
};

await runMain(async () => {
  await ensurePackages();
  const { WAPITI_PATH: wapiti } = await ensureParts(["wapiti"]);
  await buildApp();
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-scan-"));
  try {
    // It starts Hogwarts, logs the headmaster in, scans twice and ends.
    await run(node24(), ["test/support/scan.ts", wapiti, folder, String(LIMIT)], {
      cwd: root,
      env: environment(),
      show: true,
      limit: 3 * LIMIT,
    });
    const problems = ["nobody", "headmaster"].flatMap((who) => judge(who, join(folder, `${who}.json`)));
    if (problems.length > 0) throw new StepError(problems.join("\n"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Prints what a scan found. @returns what is not answered */
function judge(who, file) {
  const { vulnerabilities, anomalies, infos } = JSON.parse(readFileSync(file, "utf8"));
  const findings = Object.entries({ ...vulnerabilities, ...anomalies }).flatMap(([kind, list]) =>
    list.map(({ info, method, path }) => ({ kind, info, where: `${method} ${path}` })),
  );
  say(`as ${who}: ${infos.crawled_pages_nbr ?? "?"} pages, ${findings.length} findings`);
  const open = findings.filter(({ info }) => !Object.hasOwn(ANSWERED, info));
  for (const [info, answer] of Object.entries(ANSWERED)) {
    const count = findings.filter((finding) => finding.info === info).length;
    if (count > 0) say(`  ${count} × ${info}: ${answer}`);
  }
  return open.map(({ kind, info, where }) => `as ${who}: ${kind}: ${info} (${where})`);
}
