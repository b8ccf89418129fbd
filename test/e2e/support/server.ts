import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { environment, node24 } from "../../../scripts/lib/runtime.mjs";

const READY_LIMIT = 20_000;

/** A server that a test started. */
export interface Server {
  /** Scheme, host and port, as a browser names this origin. */
  readonly origin: string;
  readonly port: number;
  /** What it wrote so far, on stdout and stderr. */
  log(): string;
  /** Ends the process and waits until it is gone. */
  stop(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
}

export interface ServerOptions {
  /** The file that Node runs. */
  readonly entry: string;
  /** The server's current folder. */
  readonly cwd: string;
  /** A path that answers 200 once the server is up. @default "/healthz" */
  readonly healthPath?: string;
  /** Variables beside PORT and HOST. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default a free one */
  readonly port?: number;
}

/** Starts a built server on 127.0.0.1 and waits until it answers. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { entry, cwd, healthPath = "/healthz", env = {}, port = await freePort() } = options;
  const origin = `http://127.0.0.1:${port}`;
  let output = "";
  const child = spawn(node24(), [entry], {
    cwd,
    env: { ...cleanEnvironment(), PORT: String(port), HOST: "127.0.0.1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const listen = (text: string) => (output += text);
  child.stdout.setEncoding("utf8").on("data", listen);
  child.stderr.setEncoding("utf8").on("data", listen);
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = once(child, "close").then(() => process.removeListener("exit", killAtExit));
  const stop: Server["stop"] = async (signal = "SIGTERM") => {
    child.kill(signal);
    await ended;
  };

  const deadline = Date.now() + READY_LIMIT;
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(origin + healthPath).catch(() => undefined);
    if (answer?.ok) return { origin, port, log: () => output, stop };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stop("SIGKILL");
  throw new Error(`The server did not answer ${origin}${healthPath}.\n${output}`);
}

/** The environment that `npm start` gives a server, without what this test run happens to have set. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = environment();
  for (const name of Object.keys(inherited))
    if (
      // With CI or TEST the server would not end gracefully.
      /^(?:CI$|TEST$|VITE|NITRO|NODE_ENV$|PORT$|HOST$|DATABASE_URL$|(?:OLD_)?SESSION_SECRET$|SESSION_STORE$|TRUST_PROXY$|HOGWARTS_)/.test(
        name,
      )
    )
      delete inherited[name];
  return inherited;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
