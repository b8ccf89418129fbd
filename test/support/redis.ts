import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, onDeath, signal, until } from "./processes.ts";
import type { TestServer } from "./server.ts";

/** Options of {@link startRedis}. */
export interface RedisOptions {
  /** What the append-only file keeps: nothing, everything but the last second, or everything. @default "no" */
  readonly appendonly?: "no" | "everysec" | "always";
  /** Further arguments, as on the command line: `["--maxmemory", "10mb"]`. @default [] */
  readonly args?: readonly string[];
  /** Whether it is a Sentinel, and of which port. @default none */
  readonly sentinelOf?: number;
  /** Whether it is a cluster of one node, which has all slots and refuses commands across them. @default false */
  readonly cluster?: boolean;
}

/** Starts a real redis-server on a free port of 127.0.0.1, in a folder of its own, without a password. */
export function startRedis(options: RedisOptions = {}): Promise<TestServer> {
  return launch(options, async (port) => {
    if (options.cluster !== true) return;
    await ask(port, "CLUSTER ADDSLOTSRANGE 0 16383");
    await settled(port, 1);
  });
}

/** Starts a real Sentinel that decides alone, soon, and calls the primary "mymaster". */
export function startSentinel(primary: number): Promise<TestServer> {
  return launch({ sentinelOf: primary }, async () => {});
}

/** Starts a real cluster whose nodes share the slots among them. */
export async function startRedisCluster(nodes = 3, options: RedisOptions = {}): Promise<TestServer[]> {
  const servers = await Promise.all(
    Array.from({ length: nodes }, () => launch({ ...options, cluster: true }, async () => {})),
  );
  const [first, ...others] = servers.map(({ port }) => port) as [number, ...number[]];
  const share = Math.ceil(16384 / nodes);
  for (const [n, { port }] of servers.entries()) {
    await ask(port, `CLUSTER ADDSLOTSRANGE ${n * share} ${Math.min((n + 1) * share, 16384) - 1}`);
    await ask(port, `CLUSTER SET-CONFIG-EPOCH ${n + 1}`);
  }
  for (const port of others) await ask(first, `CLUSTER MEET 127.0.0.1 ${port}`);
  await Promise.all(servers.map(({ port }) => settled(port, nodes)));
  return servers;
}

async function launch(options: RedisOptions, prepare: (port: number) => Promise<void>): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-redis-"));
  let port = 0;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const { appendonly = "no", args = [], cluster = false } = options;
    const settings = {
      port,
      bind: "127.0.0.1",
      dir: folder,
      save: "",
      logfile: "redis.log",
      appendonly: appendonly === "no" ? "no" : "yes",
      ...(appendonly === "no" ? {} : { appendfsync: appendonly }),
      ...(cluster ? { "cluster-enabled": "yes", "cluster-node-timeout": 2000 } : {}),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    if (options.sentinelOf !== undefined)
      flags.splice(0, flags.length, sentinelFile(folder, port, options.sentinelOf), "--sentinel");
    // A process group of its own, so that its children can be paused and killed with it.
    const started = spawn(process.env["REDIS_SERVER_PATH"] ?? "redis-server", [...flags, ...args], {
      detached: true,
      stdio: "ignore",
    });
    await once(started, "spawn");
    child = started;
    started.unref();
    started.once("exit", onDeath(`kill -9 -${started.pid}; rm -rf '${folder}'`));
    await answering(port, started);
  }

  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.ref();
    const exited = once(running, "exit");
    signal(-running.pid!, "SIGKILL");
    await exited;
  }

  const signalGroup = (name: "SIGSTOP" | "SIGCONT"): void => {
    if (child !== undefined) signal(-child.pid!, name);
  };

  for (let attempt = 1; ; attempt++) {
    port = await freePort();
    try {
      await start();
      await prepare(port);
      break;
    } catch (error) {
      // Somebody else may have taken the port between looking and listening.
      await kill();
      if (attempt === 3) throw error;
    }
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: () => {
      if (child === undefined) throw new Error("redis-server is not running.");
      return child.pid!;
    },
    kill,
    start,
    pause: () => signalGroup("SIGSTOP"),
    resume: () => signalGroup("SIGCONT"),
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sentinel keeps what it knows in its file. */
function sentinelFile(folder: string, port: number, primary: number): string {
  const file = join(folder, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    "logfile sentinel.log",
    `sentinel monitor mymaster 127.0.0.1 ${primary} 1`,
    "sentinel down-after-milliseconds mymaster 500",
    "sentinel failover-timeout mymaster 5000",
  ];
  if (!existsSync(file)) writeFileSync(file, lines.join("\n"));
  return file;
}

async function answering(port: number, server: ChildProcess): Promise<void> {
  await until("redis-server answers", async () => {
    if (server.exitCode !== null) throw new Error(`redis-server has ended with ${server.exitCode}.`);
    // While it loads its file, it answers an error.
    if (!(await ask(port, "PING").catch(() => "")).startsWith("+PONG")) return false;
    // Not one of another test, which was given the port first.
    return (await ask(port, "INFO server")).includes(`process_id:${server.pid}\r`);
  });
}

async function settled(port: number, nodes: number): Promise<void> {
  await until("the nodes of the cluster know each other", async () => {
    const info = await ask(port, "CLUSTER INFO");
    return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${nodes}\r`);
  });
}

/** Sends one command in the inline form. @returns the first packet of the answer. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(1000, () => finish(() => reject(new Error("No answer."))));
    socket.once("connect", () => socket.write(`${command}\r\n`));
    socket.once("error", (error) => finish(() => reject(error)));
    socket.once("close", () => reject(new Error("Closed.")));
    socket.once("data", (data) => finish(() => resolve(data.toString())));
  });
}
