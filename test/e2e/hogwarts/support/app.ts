import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { app } from "../../../../scripts/lib/paths.mjs";
import { node24 } from "../../../../scripts/lib/runtime.mjs";
import { cleanEnvironment, freePort, startServer, type Server } from "../../support/server.ts";

/** The password of the accounts and the secret of the sessions wherever a test names no others. */
export const PASSWORD = "correct horse battery staple";
export const SECRET = "a secret of the end-to-end tests, longer than 32 characters";

/** The built server. */
const entry = join(app, ".output", "server", "index.mjs");
const setupScript = join(app, "scripts", "setup.ts");
const LIMIT = 20_000;

type Variables = Readonly<Record<string, string | undefined>>;

/** A Hogwarts that a test started: a folder, a database and a port of its own. */
export interface Hogwarts {
  /** Scheme, host and port, as a browser names this origin. */
  readonly origin: string;
  readonly port: number;
  /** Path of the SQLite file. */
  readonly database: string;
  /** What setup and server wrote so far, on stdout and stderr. */
  log(): string;
  /** Ends the server as a deployment does, and starts another on the same port and data. */
  restart(): Promise<void>;
  /** The same at once, as a power cut would end it. @param meanwhile - Called while there is no server. */
  crashAndRestart(meanwhile?: () => void): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** What differs from one start to another. */
export interface HogwartsOptions {
  /** Variables beside those that every test sets; `undefined` takes one away. */
  readonly env?: Variables;
  /** Called between setup and server, with the path of the database. */
  readonly fill?: (database: string) => void;
}

/** Sets up and serves the built application. */
export async function startHogwarts({ env = {}, fill }: HogwartsOptions = {}): Promise<Hogwarts> {
  const folder = temporaryFolder();
  const database = join(folder, "hogwarts.db");
  const variables = {
    DATABASE_URL: `file:${database}`,
    SESSION_SECRET: SECRET,
    HOGWARTS_PASSWORD: PASSWORD,
    // A disk or a machine that is busy for a moment is no outage.
    SESSION_STORE_TIMEOUT: "10",
    ...env,
  };
  const setup = runSetup(folder, variables);
  if (setup.code !== 0) throw new Error(`The setup failed.\n${setup.output}`);
  fill?.(database);

  let server: Server = await startServer({ entry, cwd: folder, env: variables });
  const { origin, port } = server;
  let before = setup.output;
  const restartAfter = async (signal: "SIGKILL" | "SIGTERM", meanwhile?: () => void): Promise<void> => {
    await server.stop(signal);
    before += server.log();
    meanwhile?.();
    server = await startServer({ entry, cwd: folder, env: variables, port });
  };
  return {
    origin,
    port,
    database,
    log: () => before + server.log(),
    restart: () => restartAfter("SIGTERM"),
    crashAndRestart: (meanwhile) => restartAfter("SIGKILL", meanwhile),
    async stop() {
      await server.stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An empty folder of this test's own. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "coatcheck-hogwarts-"));
}

/** How a program ended, and everything that it wrote. */
export interface Ended {
  /** `null` when it had to be stopped. */
  readonly code: number | null;
  readonly output: string;
}

/** Runs the application's setup to its end. */
export function runSetup(folder: string, variables: Variables): Ended {
  return run(setupScript, folder, variables);
}

/** What a server without a usable configuration did. */
export interface Refusal {
  /** Whether it ended by itself, and with which code. */
  readonly code: number | null;
  /** The status of each path; none when it ended. */
  readonly statuses: readonly number[];
  readonly output: string;
}

/** Starts the server where it must refuse to work: it ends, or answers every one of `paths` with an error. */
export async function refusedServer(
  folder: string,
  variables: Variables,
  paths: readonly string[],
): Promise<Refusal> {
  const port = await freePort();
  const env = { ...cleanEnvironment(), ...variables, PORT: String(port), HOST: "127.0.0.1" };
  const child = spawn(node24(), [entry], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = once(child, "close");

  const statusOf = async (path: string): Promise<number[]> => {
    while (child.exitCode === null) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual" }).catch(
        () => undefined,
      );
      if (answer !== undefined) return [answer.status];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return [];
  };
  const statuses: number[] = [];
  for (const path of paths) statuses.push(...(await statusOf(path)));
  const code = child.exitCode;
  child.kill("SIGKILL");
  await ended;
  return { code, statuses, output };
}

function run(script: string, cwd: string, variables: Variables): Ended {
  const env = { ...cleanEnvironment(), ...variables };
  const { status, stdout, stderr } = spawnSync(node24(), [script], {
    cwd,
    env,
    encoding: "utf8",
    timeout: LIMIT,
    killSignal: "SIGKILL",
  });
  return { code: status, output: stdout + stderr };
}
