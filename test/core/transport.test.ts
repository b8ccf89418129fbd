import { describe, expect, test } from "vitest";
import { chooseTransport, createTransports, isLoopback } from "../../src/core/transport.ts";

const options = { name: "session", domain: undefined, path: "/", sameSite: "lax" } as const;
const transports = createTransports(options);

describe("the cookie's name", () => {
  test.each([
    ["this host and path /", options, "__Host-session"],
    ["a domain", { ...options, domain: "example.com" }, "__Secure-session"],
    ["another path", { ...options, path: "/app" }, "__Secure-session"],
  ])("is bound as tightly as browsers allow for %s", (_what, given, cookieName) => {
    const { secure, dropped, plain } = createTransports(given);
    const attributes = { domain: given.domain, path: given.path, sameSite: "lax" };
    expect(secure).toEqual({ cookieName, attributes: { ...attributes, secure: true }, safe: true });
    expect(dropped).toEqual({ ...secure, safe: false });
    expect(plain).toEqual({
      cookieName: "session",
      attributes: { ...attributes, secure: false },
      safe: true,
    });
  });
});

test("SameSite=None is never without Secure, which browsers would drop", () => {
  const { secure, plain } = createTransports({ ...options, sameSite: "none" });
  expect(plain).toEqual(secure);
  expect(plain.attributes.secure).toBe(true);
});

const loopback = [
  "http://localhost",
  "http://localhost/",
  "http://localhost:3000/a?b#c",
  "http://localhost?a",
  "http://localhost#a",
  "http://LOCALHOST:3000/",
  "http://app.localhost:3000/",
  "http://a.b-c.localhost/",
  "http://127.0.0.1",
  "http://127.0.0.1:8080/",
  "http://127.255.255.254/",
  "http://[::1]",
  "http://[::1]:3000/",
];

/** Plain http on other hosts, some of which only look like this machine. */
const elsewhere = [
  "http://app.example/",
  "http://localhost.evil.example/",
  "http://localhost.evil.example:3000/",
  "http://127.0.0.1.evil.example/",
  "http://127.0.0.1.evil.example:80/",
  "http://evil.example/localhost",
  "http://evil.example/http://localhost/",
  "http://evil.example/.localhost/",
  "http://evil.example/?.localhost/",
  "http://evil.example?.localhost/",
  "http://evil.example#.localhost/",
  "http://evil.example\\.localhost/",
  "http://evil.example:80/.localhost",
  "http://evil.example .localhost/",
  "http://localhost@evil.example/",
  "http://localhost:3000@evil.example/",
  "http://127.0.0.1@evil.example/",
  "http://[::1]@evil.example/",
  "http://localhost:@evil.example/",
  "http://localhost\\@evil.example/",
  "http://notlocalhost/",
  "http://my-localhost/",
  "http://evillocalhost:3000/",
  "http://localhosts/",
  "http://localhost-evil.example/",
  "http://.localhost/",
  "http://localhost:evil/",
  "http://128.0.0.1/",
  "http://27.0.0.1/",
  "http://0.0.0.0/",
  "http://10.0.0.1/",
  "http://192.168.0.1/",
  "http://1127.0.0.1/",
  "http://127.0.0.1000/",
  "http://127.0.0/",
  "http://[::2]/",
  "http://[::1].evil.example/",
  "http://[::ffff:10.0.0.1]/",
  "http:/localhost/",
  "//localhost/",
  "ws://localhost/",
  "ftp://localhost/",
  " http://localhost/",
  "evil://http://localhost/",
];

describe("loopback", () => {
  test.each(loopback)("is %s", (url) => {
    expect(isLoopback(url)).toBe(true);
    expect(chooseTransport(transports, { url }, null, true)).toBe(transports.plain);
  });

  test.each([...elsewhere, ...loopback.map((url) => url.replace("http:", "https:"))])("is not %s", (url) => {
    expect(isLoopback(url)).toBe(false);
  });

  test("takes no time to rule out a long host", () => {
    const start = performance.now();
    for (const part of ["a.", "a", "localhost.", "-"])
      expect(isLoopback(`http://${part.repeat(50_000)}!`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("the transport of a request", () => {
  test("is secure over https, whatever stands in front", () => {
    for (const url of ["https://app.example/", "https://localhost:3000/"])
      for (const proto of [null, "http", "https", ""])
        for (const development of [true, false])
          expect(chooseTransport(transports, { url }, proto, development)).toBe(transports.secure);
  });

  test("is one that browsers drop over plain http from elsewhere, in development too", () => {
    for (const url of elsewhere)
      for (const development of [true, false])
        expect(chooseTransport(transports, { url }, null, development)).toBe(transports.dropped);
  });

  test("does without Secure on plain-http loopback in development alone", () => {
    for (const url of loopback)
      expect(chooseTransport(transports, { url }, null, false)).toBe(transports.secure);
  });

  test.each([
    ["https", true],
    ["HTTPS", true],
    [" https ", true],
    ["http, https", true],
    ["http,https", true],
    ["https, http", false],
    ["https,", false],
    ["https, ", false],
    ["https, https, http", false],
    ["http, http, https", true],
    ["http", false],
    ["", false],
    ["https evil", false],
    ["httpsx", false],
    ["x-https", false],
    ["wss", false],
  ])("believes the nearest proxy's word: %j", (proto, secure) => {
    const chosen = chooseTransport(transports, { url: "http://app.example/" }, proto, true);
    expect(chosen).toBe(secure ? transports.secure : transports.dropped);
    const local = chooseTransport(transports, { url: "http://localhost:3000/" }, proto, true);
    expect(local).toBe(secure ? transports.secure : transports.plain);
  });

  test("asks for no URL where the nearest proxy says https", () => {
    const request = {
      get url(): string {
        throw new Error("It was asked for.");
      },
    };
    expect(chooseTransport(transports, request, "https", true)).toBe(transports.secure);
  });
});
