import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { app } from "../../scripts/lib/paths.mjs";
import { runSetup } from "../e2e/hogwarts/support/app.ts";
import { startServer, type Server } from "../e2e/support/server.ts";
import { startNginx } from "./nginx.ts";
import { startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import type { TestServer } from "./server.ts";

/** Hogwarts on several nodes behind nginx. */
export interface Cluster {
  /** Scheme, host and port of the proxy. */
  readonly origin: string;
  readonly port: number;
  readonly nodes: number;
  readonly postgres: TestServer;
  readonly redis: TestServer;
  /** Replaces a node as a deployment does: takes it out of the proxy, ends it, starts it again and puts it back. */
  restart(node: number, env?: Variables): Promise<void>;
  /** What a node wrote since its last start. */
  log(node: number): string;
  stop(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What compose.yaml starts, as plain processes of this machine, on free ports. */
export async function startCluster(nodes: number, env: Variables = {}): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "coatcheck-cluster-"));
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ appendonly: "always" })]);
  const stops = [
    () => postgres.stop(),
    () => redis.stop(),
    () => rm(folder, { recursive: true, force: true }),
  ];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.toReversed()) await stopOne();
  };
  try {
    let variables: Variables = {
      DATABASE_URL: postgres.url,
      SESSION_STORE: redis.url,
      TRUST_PROXY: "true",
      // All of it is on one machine, which may be busy: nobody should be told that a store is down because of that.
      SESSION_STORE_TIMEOUT: "5",
      ...env,
    };
    const setup = runSetup(folder, variables);
    if (setup.code !== 0) throw new Error(`The setup failed.\n${setup.output}`);

    const entry = join(app, ".output", "server", "index.mjs");
    const start = (port?: number): Promise<Server> =>
      startServer({ entry, cwd: folder, env: variables, ...(port !== undefined && { port }) });
    const servers = await Promise.all(Array.from({ length: nodes }, () => start()));
    stops.push(async () => void (await Promise.all(servers.map((server) => server.stop("SIGKILL")))));
    const nginx = await startNginx(servers.map(({ port }) => port));
    stops.push(() => nginx.stop());
    return {
      origin: nginx.origin,
      port: nginx.port,
      nodes,
      postgres,
      redis,
      async restart(node, changes = {}) {
        variables = { ...variables, ...changes };
        const { port } = servers[node]!;
        const ports = servers.map((server) => server.port);
        await nginx.ask(ports.filter((other) => other !== port));
        await servers[node]!.stop("SIGTERM");
        servers[node] = await start(port);
        await nginx.ask(ports);
      },
      log: (node) => servers[node]!.log(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

if (import.meta.main) {
  const cluster = await startCluster(3, process.env);
  console.log(`Hogwarts is served on ${cluster.origin} by ${cluster.nodes} nodes  (Ctrl-C stops them)`);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => void cluster.stop().then(() => process.exit(0)));
}
