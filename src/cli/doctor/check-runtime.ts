import type { CliIo } from "../io.ts";
import { finding, type Finding } from "./finding.ts";

/** The first version that the package runs on. */
const LEAST = [22, 12] as const;

/** Looks at the runtime and at what it was told to be. @param version - Of Node, as `process.versions.node` has it. */
export function checkRuntime(env: CliIo["env"], version: string): Finding[] {
  return [checkNode(version), checkMode(env["NODE_ENV"])];
}

function checkNode(version: string): Finding {
  const { ok, error } = finding("node");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return ok(`Node is ${version}.`);
  return error(`Node ${version} is too old.`, `Update Node to ${LEAST.join(".")} or later.`);
}

function checkMode(mode: string | undefined): Finding {
  const { ok, warning } = finding("node-env");
  if (mode === "production") return ok("NODE_ENV is production.");
  return warning(
    mode === undefined || mode === "" ? "NODE_ENV is not set." : "NODE_ENV is not production.",
    "Set NODE_ENV=production where visitors come: without it, cookies on plain-http loopback are not Secure.",
  );
}
