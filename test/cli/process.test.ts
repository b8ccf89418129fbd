import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { securityHeaders } from "../../src/auth/headers.ts";
import { createSessions } from "../../src/index.ts";
import { cookieFor } from "../../src/testing/index.ts";
import { startPostgres } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";
import type { TestServer } from "../support/server.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const password = "a password for tests, of many characters";
let folder: string;
let postgres: TestServer;
let redis: TestServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coatcheck-cli-"));
  [postgres, redis] = await Promise.all([startPostgres(), startRedis({ appendonly: "everysec" })]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([postgres.stop(), redis.stop()]);
});

/** Runs the command as a process of its own, until it ends by itself. */
async function coatcheck(argv: string[], { input = "", env = {} }: { input?: string; env?: object } = {}) {
  const began = performance.now();
  const child = spawn(process.execPath, [main, ...argv], { env: { PATH: process.env["PATH"], ...env } });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err, took: performance.now() - began };
}

describe("coatcheck as a process", () => {
  test("can be run as a program", () => {
    expect(readFileSync(main, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test("prints a password and nothing else", async ({ task }) => {
    const { code, out, err, took } = await coatcheck(["keygen"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
    task.meta.note = `started and ended in ${Math.round(took)} ms`;
  });

  test("takes the cookie from its standard input and the password from its environment", async () => {
    const input = await cookieFor(createSessions({ password }), { userId: 7 });
    const answer = await coatcheck(["inspect"], {
      input: `Cookie: ${input}\n`,
      env: { SESSION_SECRET: password },
    });
    expect(answer).toMatchObject({ code: 0, err: "" });
    expect(answer.out).toContain('{"userId":7}');
  });

  test("ends with the code for wrong usage", async () => {
    expect(await coatcheck(["list"])).toMatchObject({ code: 2, out: "" });
  });

  test("minds no reader that has gone", async () => {
    const child = spawn(process.execPath, [main, "doctor", "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.destroy();
    await once(child, "close");
    expect(err).toBe("");
  });

  test.each(["SQLite", "PostgreSQL", "Redis"])("ends by itself after its work on %s", async (kind) => {
    const SESSION_STORE = { SQLite: join(folder, "a.db"), PostgreSQL: postgres.url, Redis: redis.url }[kind]!;
    for (const argv of [["migrate"], ["list", "7"], ["revoke", "--user", "7"], ["sweep"], ["doctor"]]) {
      const { code, err, took } = await coatcheck(argv, { env: { SESSION_STORE, NODE_ENV: "production" } });
      expect({ argv, code, err }).toEqual({ argv, code: 0, err: "" });
      // Not by what ends it when a connection stays open.
      expect(took).toBeLessThan(5000);
    }
  });

  test.each(["postgres", "redis"])("ends by itself when a %s server is down", async (scheme) => {
    const env = { SESSION_STORE: `${scheme}://127.0.0.1:1/0` };
    const { code, out, err } = await coatcheck(["list", "7"], { env });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^coatcheck list: [^\n]+\n$/);
  });
});

/** Makes the certificate of a test; where it is missing, that test is left out. */
const OPENSSL = process.env["OPENSSL_PATH"] ?? "openssl";
const openssl = (() => {
  try {
    execFileSync(OPENSSL, ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!openssl)("doctor, of a site with a certificate", () => {
  test("finds nothing wrong where all is well, and a certificate that nobody vouches for", async () => {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost";
    const files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert];
    execFileSync(OPENSSL, [...request.split(" "), ...files], { stdio: "ignore" });
    const server = createServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_request, response) => {
        for (const [name, value] of securityHeaders("abc")) response.setHeader(name, value);
        response.end("<!doctype html>");
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const argv = ["doctor", "--site-only", `https://localhost:${(server.address() as AddressInfo).port}/`];
    const trusted = await coatcheck(argv, { env: { NODE_EXTRA_CA_CERTS: cert } });
    expect(trusted).toMatchObject({ code: 0, err: "" });
    expect(trusted.out).toMatch(/\n\nno errors, no warnings\.\n$/);
    const strange = await coatcheck(argv);
    expect(strange.code).toBe(1);
    expect(strange.out).toMatch(/✗ https:\/\/localhost:\d+\/ does not answer: .*self-signed/);
  });
});
