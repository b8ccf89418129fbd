import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/lib/paths.mjs";
import { childrenOf, freePort, livingOf, onDeath, signal, until } from "./processes.ts";

/** A running nginx. */
export interface Nginx {
  readonly origin: string;
  readonly port: number;
  /**
   * Asks these ports alone from now on, of those that it was started with. Whatever it has asked another is
   * answered when this resolves.
   */
  ask(nodes: readonly number[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts nginx with the configuration that the containers have, in front of these ports. */
export async function startNginx(nodes: readonly number[]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "coatcheck-nginx-"));
  // Its workers run as somebody else when the tests run as root.
  await chmod(folder, 0o755);
  const port = await freePort();
  const config = join(folder, "nginx.conf");
  const configure = async (asked: readonly number[]): Promise<void> =>
    writeFile(config, mainConfig(folder, await siteConfig(nodes, asked, port)));
  await configure(nodes);
  const program = process.env["NGINX_PATH"] || "nginx";
  const child = spawn(program, ["-p", folder, "-c", config, "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const calledOff = onDeath(`kill -TERM ${child.pid}`);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const ended = once(child, "exit");

  const origin = `http://127.0.0.1:${port}`;
  await until("nginx answers", () => {
    if (child.exitCode !== null) throw new Error(`nginx ended at its start:\n${log}`);
    return fetch(`${origin}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
  });
  return {
    origin,
    port,
    async ask(asked) {
      await configure(asked);
      const workers = childrenOf(child.pid!);
      signal(child.pid!, "SIGHUP");
      // They take no more requests, and end with the last answer.
      await until("the workers with the former configuration end", () => livingOf(workers).length === 0);
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
      calledOff();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The site's own configuration with this machine's addresses in it. */
async function siteConfig(nodes: readonly number[], asked: readonly number[], port: number): Promise<string> {
  const site = await readFile(join(root, "deploy", "nginx.conf"), "utf8");
  const server = /^ *server app-\d+:3000(.*)$/gm;
  const options = server.exec(site)?.[1];
  if (options === undefined || !site.includes("listen 80;"))
    throw new Error("deploy/nginx.conf has changed: its nodes or its port are not found.");
  const servers = nodes
    .map((node) => `  server 127.0.0.1:${node}${asked.includes(node) ? options : " down;"}`)
    .join("\n");
  return site
    .replaceAll(server, "")
    .replace("upstream hogwarts {", `upstream hogwarts {\n${servers}`)
    .replace("listen 80;", `listen 127.0.0.1:${port};`);
}

/** What the system's own configuration adds in a container. */
function mainConfig(folder: string, site: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n");
  return `
daemon off;
worker_processes 1;
pid ${folder}/pid;
events { worker_connections 1024; }
http {
access_log off;
# A worker that ends closes idle connections. A browser whose request meets that asks again; the tests' client does not.
keepalive_timeout 0;
${temporary}
${site}
}
`;
}
