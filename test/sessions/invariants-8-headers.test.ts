import { afterEach, describe, expect, test, vi } from "vitest";
import type { SessionOptions } from "../../src/options.ts";
import { testExchange, type TestExchangeOptions } from "../../src/testing/index.ts";
import { HOUR, kinds, setCookies, setUp, tokenIn } from "./harness.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Situation {
  readonly situation: string;
  readonly request: TestExchangeOptions;
  readonly options?: SessionOptions;
  readonly production?: boolean;
  readonly cookie: string;
  readonly attributes: string;
}

const HTTPS = "https://app.example/";
const situations: readonly Situation[] = [
  {
    situation: "https",
    request: { url: HTTPS },
    cookie: "__Host-session",
    attributes: "Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  {
    situation: "https on loopback",
    request: { url: "https://localhost:3000/a" },
    cookie: "__Host-session",
    attributes: "Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  ...[
    "http://localhost:3000/",
    "http://127.0.0.1:3000/",
    "http://[::1]:3000/a?b",
    "http://app.localhost/",
    "http://LOCALHOST",
  ].map((url) => ({
    situation: `${url} in development`,
    request: { url },
    cookie: "session",
    attributes: "Path=/; HttpOnly; SameSite=Lax",
  })),
  {
    situation: "loopback in production",
    production: true,
    request: { url: "http://localhost:3000/" },
    cookie: "__Host-session",
    attributes: "Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  {
    situation: "a trusted proxy that ends TLS",
    request: { url: "http://app.example/", headers: { "x-forwarded-proto": "https" } },
    options: { trustProxy: true },
    cookie: "__Host-session",
    attributes: "Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  {
    situation: "two proxies, of which the nearer ends TLS",
    request: { url: "http://app.example/", headers: { "x-forwarded-proto": "http, HTTPS" } },
    options: { trustProxy: true },
    cookie: "__Host-session",
    attributes: "Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  {
    situation: "a name of its own",
    request: { url: HTTPS },
    options: { name: "hogwarts" },
    cookie: "__Host-hogwarts",
    attributes: "Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  {
    situation: "a domain",
    request: { url: HTTPS },
    options: { cookie: { domain: "app.example" } },
    cookie: "__Secure-session",
    attributes: "Domain=app.example; Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  {
    situation: "a path",
    request: { url: HTTPS },
    options: { cookie: { path: "/admin" } },
    cookie: "__Secure-session",
    attributes: "Path=/admin; HttpOnly; Secure; SameSite=Lax",
  },
  {
    situation: "sameSite strict",
    request: { url: HTTPS },
    options: { cookie: { sameSite: "strict" } },
    cookie: "__Host-session",
    attributes: "Path=/; HttpOnly; Secure; SameSite=Strict",
  },
  {
    situation: "sameSite none",
    request: { url: HTTPS },
    options: { cookie: { sameSite: "none" } },
    cookie: "__Host-session",
    attributes: "Path=/; HttpOnly; Secure; SameSite=None",
  },
  {
    situation: "a persistent cookie",
    request: { url: HTTPS },
    options: { cookie: { persistent: true } },
    cookie: "__Host-session",
    attributes: `Max-Age=${12 * 3600}; Path=/; HttpOnly; Secure; SameSite=Lax`,
  },
  {
    situation: "a persistent cookie with a fraction of a second",
    request: { url: HTTPS },
    options: { absoluteTimeout: 99.9, cookie: { persistent: true } },
    cookie: "__Host-session",
    attributes: "Max-Age=99; Path=/; HttpOnly; Secure; SameSite=Lax",
  },
];

describe.each(kinds)("the cookie of a $kind session", (kind) => {
  test.each(situations)("under $situation", async ({ request, options, production, cookie, attributes }) => {
    if (production === true) vi.stubEnv("NODE_ENV", "production");
    const { sessions } = setUp(kind, options);
    const exchange = testExchange(request);
    const session = await sessions.open(exchange);
    await session.update({ userId: 7 });
    const [line = "", ...others] = setCookies(exchange);
    expect(others).toEqual([]);
    const value = line.slice(cookie.length + 1, line.indexOf(";"));
    expect(value).toMatch(/^[\w.-]{43,}$/);
    expect(line).toBe(`${cookie}=${value}; ${attributes}`);

    const next = testExchange({ ...request, cookie: `${cookie}=${value}` });
    expect((await sessions.open(next)).data).toEqual({ userId: 7 });
    const again = testExchange({ ...request, cookie: `${cookie}=${value}` });
    await (await sessions.open(again)).clear();
    const plain = attributes.replace(/Max-Age=\d+; /, "");
    expect(setCookies(again)).toEqual([`${cookie}=; Max-Age=0; ${plain}`]);
  });

  test.each([
    { where: "plain http from elsewhere", request: { url: "http://app.example/" } },
    { where: "a host that only begins like loopback", request: { url: "http://localhost.evil.example/" } },
    { where: "a host that only begins like 127.0.0.1", request: { url: "http://127.0.0.1.evil.example/" } },
    { where: "a user name that looks like loopback", request: { url: "http://localhost@evil.example/" } },
    {
      where: "a forwarded header that nobody said to trust",
      request: { url: "http://app.example/", headers: { "x-forwarded-proto": "https" } },
    },
    {
      where: "a proxy whose nearest hop was plain",
      request: { url: "http://app.example/", headers: { "x-forwarded-proto": "https, http" } },
      options: { trustProxy: true },
    },
  ])("is not set under $where", async ({ request, options }) => {
    const { sessions } = setUp(kind, options);
    const exchange = testExchange(request);
    const session = await sessions.open(exchange);
    await expect(session.update({ userId: 7 })).rejects.toMatchObject({ code: "ERR_SESSION_INSECURE" });
    expect(setCookies(exchange)).toEqual([]);
  });

  test("is not the plain development cookie where Secure applies, which a sibling domain could plant", async () => {
    const { browser, sessions } = setUp(kind);
    const development = testExchange({ url: "http://localhost:3000/" });
    await (await sessions.open(development)).update({ userId: 7 });
    const token = tokenIn(setCookies(development)[0]!.split(";")[0]);
    expect((await browser(`session=${token}`).visit()).session.data).toEqual({});
  });

  test("is one line however often the session changes in a request", async () => {
    const { browser } = setUp(kind);
    const { exchange } = await browser().visit(async (session) => {
      await session.update({ a: 1 });
      await session.update({ userId: 7 });
      await session.rotate();
      await session.update({ b: 2 });
    });
    expect(setCookies(exchange)).toHaveLength(1);
  });

  test("leaves the application's own cookies alone", async () => {
    const { browser } = setUp(kind);
    const { exchange } = await browser().visit(async (session, { headers }) => {
      headers.append("Set-Cookie", "theme=dark; Path=/");
      headers.append("Set-Cookie", "__Host-session-2=x; Path=/");
      await session.update({ a: 1 });
      await session.update({ userId: 7 });
    });
    expect(setCookies(exchange)).toHaveLength(3);
    expect(setCookies(exchange)).toContain("theme=dark; Path=/");
  });

  test("tells the remaining time when it is persistent and sent again later", async () => {
    const { browser, clock } = setUp(kind, { cookie: { persistent: true }, idleTimeout: 2 * 3600 });
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    clock.advance(HOUR);
    const { exchange } = await visitor.visit((session) => session.rotate());
    expect(setCookies(exchange)[0]).toContain(`; Max-Age=${11 * 3600};`);
  });
});

describe.each(kinds)("the response of a request with a $kind session", (kind) => {
  test("is private once the session was touched, whoever the visitor is", async () => {
    const { browser } = setUp(kind);
    const { exchange } = await browser().visit();
    expect([...exchange.headers]).toEqual([
      ["cache-control", "private, no-store"],
      ["vary", "Cookie"],
    ]);
  });

  test.each([
    { before: "Accept-Encoding", after: "Accept-Encoding, Cookie" },
    { before: "Accept, Origin", after: "Accept, Origin, Cookie" },
    { before: "cookie", after: "cookie" },
    { before: "Origin, Cookie", after: "Origin, Cookie" },
    { before: "*", after: "*" },
    { before: "X-Cookie", after: "X-Cookie, Cookie" },
    { before: "Cookie2", after: "Cookie2, Cookie" },
  ])("keeps Vary: $before", async ({ before, after }) => {
    const { sessions } = setUp(kind);
    const exchange = testExchange();
    exchange.headers.set("Vary", before);
    exchange.headers.set("Cache-Control", "public, max-age=600");
    void (await sessions.open(exchange)).data;
    expect(exchange.headers.get("Vary")).toBe(after);
    expect(exchange.headers.get("Cache-Control")).toBe("private, no-store");
  });
});

test("the response of a request that never touches its sealed session is not marked", async () => {
  const { sessions } = setUp({ stored: false });
  const exchange = testExchange();
  await sessions.open(exchange);
  expect([...exchange.headers]).toEqual([]);
});
