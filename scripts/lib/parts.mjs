import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run, step, StepError } from "./steps.mjs";

/**
 * The real programs that tests run against. Nothing stands in for them: a missing one is installed or fails the tests.
 * `commands` are looked for in the PATH, `paths` elsewhere; `variable` carries what was found to the tests.
 */
const parts = {
  chromium: {
    variable: "CHROMIUM_PATH",
    commands: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    paths: () => [
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    packages: ["chromium"],
  },
  postgres: {
    variable: "POSTGRES_PATH",
    commands: ["postgres"],
    paths: debianPostgres,
    // Where services are allowed to start, Debian starts one for it on port 5432; the tests start their own.
    packages: ["postgresql"],
  },
  redis: {
    variable: "REDIS_SERVER_PATH",
    commands: ["redis-server"],
    paths: () => [],
    packages: ["redis-server"],
  },
  nginx: {
    variable: "NGINX_PATH",
    commands: ["nginx"],
    paths: () => ["/usr/sbin/nginx"],
    packages: ["nginx-light"],
  },
  wapiti: {
    variable: "WAPITI_PATH",
    commands: ["wapiti"],
    paths: () => [],
    packages: ["wapiti"],
  },
};

/** @typedef {keyof typeof parts} Part */

/**
 * Finds the parts, installing what is missing on Debian as root.
 * @param {Part[]} names
 * @returns {Promise<Record<string, string>>} variables for the tests' environment: where each part is
 * @throws {StepError} naming what to install, where that cannot be done here
 */
export async function ensureParts(names) {
  const missing = names.filter((name) => !find(parts[name]));
  if (missing.length > 0) await install(missing);
  return Object.fromEntries(names.map((name) => [parts[name].variable, find(parts[name]) ?? ""]));
}

async function install(missing) {
  const packages = missing.flatMap((name) => parts[name].packages);
  const debian = existsSync("/etc/debian_version");
  if (!debian || process.getuid?.() !== 0) {
    const hint = debian ? `: sudo apt-get install ${packages.join(" ")}` : "";
    const variables = missing.map((name) => parts[name].variable).join(", ");
    throw new StepError(
      `The tests need ${missing.join(", ")}. Install it${hint}, or name where it is in ${variables}.`,
    );
  }
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const apt = (...args) => run("apt-get", ["-o", "DPkg::Lock::Timeout=120", "-q", ...args], options);
  await step(`${packages.join(", ")} installed by apt`, async () => {
    await apt("update");
    await apt("install", "-y", "--no-install-recommends", ...packages);
  });
  const absent = missing.filter((name) => !find(parts[name]));
  if (absent.length > 0)
    throw new StepError(`apt installed ${packages.join(", ")}, yet ${absent.join(", ")} is not found.`);
}

/** Debian keeps the server out of the PATH, in a folder for each version. */
function debianPostgres() {
  const folder = "/usr/lib/postgresql";
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return versions.map((version) => join(folder, version, "bin", "postgres"));
}

function find({ variable, commands, paths }) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [...commands.flatMap((name) => folders.map((folder) => join(folder, name))), ...paths()];
  return [process.env[variable], ...candidates].find((path) => path && isExecutable(path));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
