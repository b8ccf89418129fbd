import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkCookies } from "../../src/cli/doctor/check-cookies.ts";
import { checkConnection } from "../../src/cli/doctor/check-headers.ts";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { securityHeaders } from "../../src/auth/headers.ts";
import { createSessions } from "../../src/index.ts";
import { cookieFor } from "../../src/testing/index.ts";
import { coatcheck, coatcheckJson } from "./cli.ts";

type HeaderFields = Record<string, string | string[] | undefined>;

const goodHeaders: HeaderFields = Object.fromEntries(securityHeaders("abc"));
const goodCookie = "__Host-session=abc; Path=/; HttpOnly; Secure; SameSite=Lax";
const withCookie = {
  ...goodHeaders,
  "Set-Cookie": goodCookie,
  "Cache-Control": "private, no-store",
  Vary: "Cookie",
};

/** A real server that answers as it is told, and counts how often it was asked. */
async function site(answer: (path: string, response: ServerResponse) => void) {
  const asked: { path: string; cookie: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url!, cookie: request.headers.cookie });
    answer(request.url!, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const page = (headers: HeaderFields, status = 200) =>
  site((_path, response) => {
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, value);
    response.writeHead(status).end("<!doctype html>");
  });

async function examine(url: string, ...options: string[]) {
  const { code, answer } = await coatcheckJson(["doctor", url, "--site-only", ...options], { now: Date.now });
  const { findings } = answer as { findings: Finding[] };
  const flaws = findings.filter(({ level }) => level !== "ok");
  return { code, findings, flaws, checks: flaws.map(({ check }) => check) };
}

/** What a fault adds to what is found without it. */
async function added(sound: HeaderFields, fault: HeaderFields, status?: number): Promise<Finding[]> {
  const before = await examine((await page(sound)).url);
  const after = await examine((await page({ ...sound, ...fault }, status)).url);
  return after.flaws.filter(({ message }) => !before.flaws.some((one) => one.message === message));
}

const stale = (seconds: number) => new Date(Date.now() - seconds * 1000).toUTCString();

describe("doctor, of a site", () => {
  test("finds nothing on loopback but that it is not what visitors see", async () => {
    const { url, asked } = await page(goodHeaders);
    expect(await examine(url)).toMatchObject({ code: 0, checks: ["https"] });
    expect(asked).toEqual([{ path: "/", cookie: undefined }]);
    const { out } = await coatcheck(["doctor", url, "--site-only"], { now: Date.now });
    expect(out).toContain("✓ A visitor who has done nothing gets no session cookie.\n");
    expect(out).toMatch(/\n\nno errors, 1 warning\.\n$/);
  });

  test.each<[check: string, level: string, fault: HeaderFields, status?: number]>([
    ["answer", "error", {}, 500],
    ["answer", "warning", {}, 404],
    ["hsts", "warning", { "Strict-Transport-Security": undefined }],
    ["hsts", "warning", { "Strict-Transport-Security": "max-age=3600" }],
    ["hsts", "warning", { "Strict-Transport-Security": "max-age=0" }],
    ["content-security-policy", "warning", { "Content-Security-Policy": undefined }],
    ["content-security-policy", "warning", { "Content-Security-Policy": "script-src 'unsafe-inline'" }],
    ["content-security-policy", "warning", { "Content-Security-Policy": "script-src 'self' https:" }],
    ["content-security-policy", "warning", { "Content-Security-Policy": "img-src 'self'" }],
    [
      "framing",
      "warning",
      { "Content-Security-Policy": "default-src 'self'; frame-ancestors *", "X-Frame-Options": "DENY" },
    ],
    ["framing", "warning", { "Content-Security-Policy": "default-src 'self'", "X-Frame-Options": undefined }],
    ["x-content-type-options", "warning", { "X-Content-Type-Options": undefined }],
    ["referrer-policy", "warning", { "Referrer-Policy": undefined }],
    ["referrer-policy", "warning", { "Referrer-Policy": "unsafe-url" }],
    ["cross-origin-opener-policy", "warning", { "Cross-Origin-Opener-Policy": "unsafe-none" }],
    ["cross-origin-resource-policy", "warning", { "Cross-Origin-Resource-Policy": undefined }],
    ["clock", "warning", { Date: stale(30) }],
    ["clock", "error", { Date: stale(300) }],
    ["clock", "error", { Date: stale(-300) }],
    ["clock", "warning", { Date: "some day" }],
  ])("finds %s (%s) where that alone is wrong: %j", async (check, level, fault, status) => {
    expect(await added(goodHeaders, fault, status)).toEqual([
      expect.objectContaining({ check, level, fix: expect.any(String) as string }),
    ]);
  });

  test.each<[check: string, level: string, fault: HeaderFields]>([
    ["cookie-secure", "warning", { "Set-Cookie": goodCookie.replace("; Secure", "") }],
    ["cookie-httponly", "error", { "Set-Cookie": goodCookie.replace("; HttpOnly", "") }],
    ["cookie-samesite", "error", { "Set-Cookie": goodCookie.replace("; SameSite=Lax", "") }],
    ["cookie-samesite", "warning", { "Set-Cookie": goodCookie.replace("Lax", "None") }],
    ["cookie-path", "error", { "Set-Cookie": goodCookie.replace("; Path=/", "") }],
    ["cookie-path", "error", { "Set-Cookie": goodCookie.replace("Path=/", "Path=/app") }],
    ["cookie-domain", "warning", { "Set-Cookie": `${goodCookie}; Domain=example.com` }],
    ["cookie-size", "error", { "Set-Cookie": goodCookie.replace("=abc", `=${"x".repeat(4083)}`) }],
    ["cookie-vary", "error", { Vary: undefined }],
    ["cookie-vary", "error", { Vary: "Accept-Encoding, X-Cookie" }],
    ["cookie-cache", "error", { "Cache-Control": undefined }],
    ["cookie-cache", "error", { "Cache-Control": "public, max-age=60" }],
  ])("finds %s (%s) where that alone is wrong with a session's cookie: %j", async (check, level, fault) => {
    expect(await added(withCookie, fault)).toEqual([
      expect.objectContaining({ check, level, fix: expect.any(String) as string }),
    ]);
  });

  test("finds a cookie without the prefix, whatever its kind of session", async () => {
    const sealed = await cookieFor(
      createSessions({ password: "a password for tests, of many characters", name: "admin" }),
      { userId: 7 },
    );
    const value = sealed.slice(sealed.indexOf("=") + 1);
    for (const [pair, options] of [
      ["session=abc", []],
      ["shop=abc", ["--name", "shop"]],
      [`whatever=${value}`, []],
      [`whatever=${"A".repeat(43)}`, []],
    ] as const) {
      const cookie = goodCookie.replace("__Host-session=abc", pair);
      const { url } = await page({ ...withCookie, "Set-Cookie": cookie });
      const { checks, findings } = await examine(url, ...options);
      expect(checks).toEqual(["https", "anonymous-cookie", "cookie-prefix"]);
      expect(JSON.stringify(findings)).not.toContain(value);
    }
  });

  test("finds that an anonymous visitor gets a session, and minds neither its removal nor other cookies", async () => {
    const found = await added(goodHeaders, withCookie);
    expect(found.map(({ check, level }) => [check, level])).toEqual([["anonymous-cookie", "error"]]);
    const removal = goodCookie.replace("=abc", "=; Max-Age=0");
    expect(await added(goodHeaders, { ...withCookie, "Set-Cookie": removal })).toEqual([]);
    expect(await added(goodHeaders, { "Set-Cookie": ["theme=dark", "XSRF-TOKEN=abc"] })).toEqual([]);
  });

  test("allows for the time that an answer was in a cache", async () => {
    expect(await added(goodHeaders, { Date: stale(300), Age: "300" })).toEqual([]);
  });

  test("follows redirects of the host, and looks at the cookies of each", async () => {
    const { url, asked } = await site((path, response) => {
      for (const [name, value] of Object.entries(goodHeaders)) response.setHeader(name, value!);
      if (path === "/")
        response.writeHead(302, { Location: "/login?ticket=canary", "Set-Cookie": goodCookie });
      else response.writeHead(200);
      response.end();
    });
    const { checks, findings } = await examine(url);
    expect(asked.map(({ path }) => path)).toEqual(["/", "/login?ticket=canary"]);
    expect(checks).toEqual(["https", "cookie-vary", "cookie-cache", "anonymous-cookie"]);
    expect(findings[0]).toEqual({
      level: "ok",
      check: "redirects",
      message: `${url}/ redirects to ${url}/login.`,
    });
    expect(JSON.stringify(findings)).not.toContain("canary");
  });

  test("shows a redirect to another host and does not follow it", async () => {
    const elsewhere = await page(goodHeaders);
    const { url, asked } = await page({ ...goodHeaders, Location: `${elsewhere.url}/` }, 302);
    expect(await examine(url)).toMatchObject({ code: 0, checks: ["redirects", "https"] });
    expect(asked).toHaveLength(1);
    expect(elsewhere.asked).toEqual([]);
  });

  test("gives up after five redirects", async () => {
    const { url, asked } = await page({ ...goodHeaders, Location: "/again" }, 302);
    expect(await examine(url)).toMatchObject({ code: 1, checks: ["redirects", "https"] });
    expect(asked).toHaveLength(6);
  });

  test("says of a site that is down why", async () => {
    const { code, flaws } = await examine("http://127.0.0.1:1/x?token=canary");
    expect(code).toBe(1);
    expect(flaws).toEqual([expect.objectContaining({ check: "answer", level: "error" })]);
    expect(flaws[0]!.message).toMatch(/^http:\/\/127\.0\.0\.1:1\/x does not answer: /);
    expect(flaws[0]!.message).not.toContain("canary");
  });
});

describe("doctor, of a site that others reach", () => {
  const answer = (url: string, headers: [string, string][] = []) => ({
    url: new URL(url),
    status: 200,
    headers: new Headers([["date", new Date(0).toUTCString()], ...headers]),
    at: 0,
    half: 10,
  });
  const levels = (findings: Finding[]) => findings.map(({ check, level }) => [check, level]);

  test("takes plain http and the lack of HSTS for errors", () => {
    expect(levels(checkConnection(answer("http://shop.example/")))).toEqual([
      ["https", "error"],
      ["hsts", "error"],
      ["clock", "ok"],
    ]);
    const hsts: [string, string] = ["strict-transport-security", "max-age=63072000"];
    expect(levels(checkConnection(answer("https://shop.example/", [hsts])))).toEqual([
      ["https", "ok"],
      ["hsts", "ok"],
      ["clock", "ok"],
    ]);
  });

  test("takes a cookie without Secure and prefix for an error", () => {
    const line = "session=abc; Path=/; HttpOnly; SameSite=Lax";
    const found = levels(checkCookies([answer("https://shop.example/", [["set-cookie", line]])], "session"));
    expect(found).toContainEqual(["cookie-secure", "error"]);
    expect(found).toContainEqual(["cookie-prefix", "error"]);
  });
});
