import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { app } from "./paths.mjs";
import { environment, node24 } from "./runtime.mjs";
import { say, StepError } from "./steps.mjs";

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/**
 * Where the application listens: `PORT` and `HOST` of the environment, else 3000 on 127.0.0.1.
 * @throws {StepError} when PORT is no port
 */
export function address() {
  const port = Number(process.env.PORT || 3000);
  const host = process.env.HOST || "127.0.0.1";
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new StepError(`PORT is "${process.env.PORT}"; it must be a whole number from 1 to 65535.`);
  }
  // A wildcard address is for listening only; this machine reaches it through loopback.
  const reach = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
  return { port, host, url: `http://${reach}:${port}` };
}

/**
 * Fails early, before anything is built, when the address cannot be listened on.
 * @param {{ port: number, host: string }} where
 */
export async function checkFree({ port, host }) {
  await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", (error) => reject(new StepError(explain(error, port, host))));
    probe.listen({ port, host }, () => probe.close(resolve));
  });
}

function explain(error, port, host) {
  if (error.code === "EADDRINUSE") {
    return `Port ${port} on ${host} is taken. Stop what listens there, or choose another: PORT=${port + 1} npm start`;
  }
  return `Cannot listen on ${host}, port ${port}: ${error.message}`;
}

/**
 * Serves the built application until it ends, forwarding SIGINT, SIGTERM and SIGHUP.
 * @param {{ port: number, host: string, url: string }} where
 * @returns {Promise<number>} the exit code, 128 + the signal's number when a signal ended it
 */
export async function serve({ port, host, url }) {
  // Without a group of its own the server would get a terminal's Ctrl-C twice: from the terminal and from here.
  const server = spawn(node24(), [join(app, ".output", "server", "index.mjs")], {
    cwd: app,
    env: environment({ PORT: String(port), HOST: host }),
    detached: process.platform !== "win32",
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (const signal of Object.keys(signals)) {
    process.removeAllListeners(signal);
    process.on(signal, () => server.kill(signal));
  }
  process.on("exit", () => server.kill("SIGKILL"));
  const ended = new Promise((resolve, reject) => {
    server.on("error", reject);
    server.on("exit", (code, signal) => resolve(code ?? 128 + (signals[signal] ?? 9)));
  });
  const ready = await Promise.race([ended.then(() => false), untilHealthy(`${url}/healthz`)]);
  if (ready) say(`\nHogwarts is served on ${url}  (Ctrl-C stops it)`);
  return ended;
}

async function untilHealthy(url, limit = 60_000) {
  const end = Date.now() + limit;
  while (Date.now() < end) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new StepError(`The server did not answer ${url} within ${limit / 1000} s.`);
}
