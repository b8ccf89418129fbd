import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { childrenOf, freePort, livingOf, onDeath, signal, until } from "./processes.ts";
import type { TestServer } from "./server.ts";

/** Small, so that several can run beside each other; durable, so that a kill proves something. */
const SETTINGS: Record<string, string | number> = {
  shared_buffers: "16MB",
  max_connections: 60,
  max_wal_size: "128MB",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
};

/**
 * Starts a PostgreSQL server of its own for a test, in a new folder, on 127.0.0.1 alone.
 *
 * @param options - Settings of the server, over those above: `{ fsync: "off" }`.
 * @returns the server; its `url` names the superuser and the database `postgres`.
 */
export async function startPostgres(options: Record<string, string | number> = {}): Promise<TestServer> {
  const bin = programs();
  const user = serverUser();
  const folder = await mkdtemp(join(tmpdir(), "coatcheck-pg-"));
  const removeLater = onDeath(`sleep 2; rm -rf '${folder}'`);
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const log = join(folder, "log");
  const init = ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8"];
  await promisify(execFile)(join(bin, "initdb"), init, { ...user, cwd: folder });

  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = {
    ...SETTINGS,
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: folder,
    ...options,
  };
  const args = [
    "-D",
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];

  let server: ChildProcess | undefined;
  let paused: { pids: number[]; leave: () => void } | undefined;

  function pid(): number {
    if (server?.pid === undefined) throw new Error("This PostgreSQL does not run.");
    return server.pid;
  }

  async function start(): Promise<void> {
    if (server !== undefined) throw new Error("This PostgreSQL runs already.");
    const output = openSync(log, "a");
    const started = spawn(join(bin, "postgres"), args, {
      ...user,
      cwd: folder,
      detached: true,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    started.unref();
    server = started;
    // Its children notice by themselves that it is gone.
    const calledOff = onDeath(`kill -KILL ${started.pid}`);
    started.once("exit", () => {
      calledOff();
      if (server === started) server = undefined;
    });
    await until("PostgreSQL accepts connections", () => {
      if (server === started) return answers(url);
      throw new Error(`PostgreSQL ended at its start:\n${readFileSync(log, "utf8").slice(-2000)}`);
    });
  }

  /** Ends it with a signal, and waits for every one of its processes. */
  async function end(name: NodeJS.Signals, toAll: boolean): Promise<void> {
    const ending = server;
    if (ending?.pid === undefined) return;
    const children = childrenOf(ending.pid);
    ending.ref();
    const gone = once(ending, "exit");
    for (const one of toAll ? [ending.pid, ...children] : [ending.pid]) signal(one, name);
    await gone;
    // A server that starts while one of them still holds the shared memory refuses to.
    await until("PostgreSQL's processes have ended", () => livingOf(children).length === 0);
  }

  function resume(): void {
    if (paused === undefined) return;
    for (const one of paused.pids) signal(one, "SIGCONT");
    paused.leave();
    paused = undefined;
  }

  await start();
  return {
    url,
    port,
    pid,
    start,
    async kill() {
      await end("SIGKILL", true);
      paused?.leave();
      paused = undefined;
    },
    pause() {
      // Each child is a process group of its own, and the first could start further ones.
      signal(pid(), "SIGSTOP");
      const pids = [pid(), ...childrenOf(pid())];
      for (const one of pids) signal(one, "SIGSTOP");
      paused = { pids, leave: onDeath(`kill -CONT ${pids.join(" ")}`) };
    },
    resume,
    async stop() {
      resume();
      await end("SIGINT", false);
      removeLater();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The folder of `postgres`, where `initdb` lies beside it. */
function programs(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    process.env["POSTGRES_PATH"] ?? "",
    ...(process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "postgres")),
    ...versions.map((version) => join(debian, version, "bin", "postgres")),
  ];
  const bin = candidates
    .filter((path) => existsSync(path))
    // In the PATH there may be a link to it, with nothing beside.
    .map((path) => dirname(realpathSync(path)))
    .find((folder) => existsSync(join(folder, "initdb")));
  if (bin === undefined) throw new Error("No postgres with initdb beside it. Name it in POSTGRES_PATH.");
  return bin;
}

/** Whom to run it as: PostgreSQL refuses root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const entry = ["postgres:", "nobody:"]
    .map((name) => users.find((line) => line.startsWith(name)))
    .find((line) => line !== undefined);
  const [, , uid, gid] = (entry ?? "nobody:x:65534:65534").split(":");
  return { uid: Number(uid), gid: Number(gid) };
}
