import { fileURLToPath } from "node:url";
import { library } from "../../scripts/lib/build.mjs";
import { environment, node24, tool } from "../../scripts/lib/runtime.mjs";
import { unlessFresh } from "../../scripts/lib/stamp.mjs";
import { run } from "../../scripts/lib/steps.mjs";

const FOLDER = "bench/app";
/** What it shares with the other servers. */
const SHARED = ["bench/http/page.ts", "bench/candidates/settings.ts"];
const OUTPUT = `${FOLDER}/.output/server/index.mjs`;
const ROOT = new URL("../../", import.meta.url);

/** What Node runs to serve the application. */
export const SERVER: URL = new URL(OUTPUT, ROOT);

/** Builds the SolidStart application with the real framework, unless that was done already. */
export async function buildApp(): Promise<void> {
  await unlessFresh("bench-app", { inputs: [...library, FOLDER, ...SHARED], output: OUTPUT }, async () => {
    const env = environment({ NODE_ENV: "production" });
    await run(node24(), [tool("vite"), "build"], { cwd: fileURLToPath(new URL(FOLDER, ROOT)), env });
  });
}
