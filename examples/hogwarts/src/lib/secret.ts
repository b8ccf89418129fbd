import { randomBytes, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const folder = ".data";
const file = `${folder}/session-secret`;

/**
 * The passwords of sealed sessions: the first seals, all open. While `SESSION_SECRET` is exchanged for another on several
 * servers, `OLD_SESSION_SECRET` is the other one of the two.
 *
 * @throws as {@link sessionSecret}
 */
export function sessionSecrets(): string[] {
  const { env } = process;
  const old = env["OLD_SESSION_SECRET"];
  return old ? [sessionSecret(), old] : [sessionSecret()];
}

/**
 * The password that seals the sessions: `SESSION_SECRET`, or in development one that is generated once.
 *
 * @throws When it is too short, or there is none in production, where every server has to share it.
 */
function sessionSecret(): string {
  // Not `process.env.NODE_ENV`: the build would replace that by its own value.
  const { env } = process;
  const given = env["SESSION_SECRET"];
  if (given && given.length < 32)
    throw new Error("SESSION_SECRET must have at least 32 characters, and random ones.");
  if (given) return given;
  if (env["NODE_ENV"] === "production") {
    throw new Error("SESSION_SECRET is not set. In production give it at least 32 random characters.");
  }
  return read() ?? generate();
}

function read(): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Two processes may start at once: the link succeeds for one of them, and both read what it wrote. */
function generate(): string {
  mkdirSync(folder, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, "utf8");
}
