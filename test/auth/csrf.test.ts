import { describe, expect, test } from "vitest";
import { crossSiteReason, isSafeMethod, type CrossSiteReason } from "../../src/auth/csrf.ts";

const HTTPS = "https://app.example/login";
const HTTP = "http://app.example/login";
const NONE: ReadonlySet<string> = new Set();
const TRUSTED: ReadonlySet<string> = new Set(["https://accounts.example", "http://localhost:5173"]);

type Verdict = CrossSiteReason | "own";

function verdict(url: string, secFetchSite: string | null, origin: string | null, trusted = NONE): Verdict {
  return crossSiteReason({ method: "POST", url, secFetchSite, origin }, trusted) ?? "own";
}

/** Origins beside a page of https://app.example, and what each is on its own. */
const origins: [origin: string | null, verdict: Verdict][] = [
  [null, "unknown-origin"],
  ["https://app.example", "own"],
  ["http://app.example", "foreign-origin"],
  ["https://app.example:8443", "foreign-origin"],
  ["https://app.example:443", "foreign-origin"],
  ["https://app.example/", "foreign-origin"],
  ["https://app.example/login", "foreign-origin"],
  ["https://APP.example", "foreign-origin"],
  ["HTTPS://app.example", "foreign-origin"],
  ["https://app.example.", "foreign-origin"],
  ["https://app.example.evil.example", "foreign-origin"],
  ["https://evil.example", "foreign-origin"],
  ["https://evil-app.example", "foreign-origin"],
  ["https://sub.app.example", "foreign-origin"],
  ["https://example", "foreign-origin"],
  ["https://user@app.example", "foreign-origin"],
  ["https://app.example@evil.example", "foreign-origin"],
  ["https://app.example https://evil.example", "foreign-origin"],
  ["https://app.example, https://app.example", "foreign-origin"],
  ["wss://app.example", "foreign-origin"],
  ["file://", "foreign-origin"],
  ["chrome-extension://abcdefgh", "foreign-origin"],
  ["app.example", "foreign-origin"],
  ["//app.example", "foreign-origin"],
  ["null", "foreign-origin"],
  ["undefined", "foreign-origin"],
  ["", "foreign-origin"],
  ["*", "foreign-origin"],
];

/** What a browser says of where a request comes from, and what it is beside an own and a foreign Origin. */
const sites: [site: string, own: Verdict, foreign: Verdict][] = [
  ["same-origin", "own", "foreign-origin"],
  ["same-site", "cross-site", "cross-site"],
  ["cross-site", "cross-site", "cross-site"],
  ["none", "cross-site", "cross-site"],
  ["Same-Origin", "cross-site", "cross-site"],
  ["same-origin, cross-site", "cross-site", "cross-site"],
  ["same-origin ", "cross-site", "cross-site"],
  ["", "cross-site", "cross-site"],
  ["anything", "cross-site", "cross-site"],
];

describe("without Sec-Fetch-Site", () => {
  test.each(origins)("Origin %j is %s", (origin, expected) => {
    expect(verdict(HTTPS, null, origin)).toBe(expected);
  });
});

describe.each(sites)("with Sec-Fetch-Site: %s", (site, own, foreign) => {
  test("a request without Origin is what the browser says", () => {
    expect(verdict(HTTPS, site, null)).toBe(own);
  });

  test.each(origins.filter(([origin]) => origin !== null))("Origin %j", (origin, alone) => {
    expect(verdict(HTTPS, site, origin)).toBe(alone === "own" ? own : foreign);
  });

  test("a trusted origin is own, and is so only as it is spelled", () => {
    for (const origin of TRUSTED) expect(verdict(HTTPS, site, origin, TRUSTED)).toBe("own");
    for (const origin of [
      "https://accounts.example:444",
      "http://accounts.example",
      "https://ACCOUNTS.example",
      "https://accounts.example/",
      "http://localhost",
      "http://localhost:5174",
      "https://sub.accounts.example",
    ])
      expect(verdict(HTTPS, site, origin, TRUSTED)).toBe(foreign);
  });
});

describe("a page's own origin", () => {
  test.each<[what: string, url: string, origin: string, expected: Verdict]>([
    ["plain http", "http://app.example/", "http://app.example", "own"],
    ["a port", "http://localhost:3000/a", "http://localhost:3000", "own"],
    ["another port", "http://localhost:3000/a", "http://localhost:3001", "foreign-origin"],
    ["no port", "http://localhost:3000/a", "http://localhost", "foreign-origin"],
    ["another name of this machine", "http://localhost:3000/", "http://127.0.0.1:3000", "foreign-origin"],
    ["an address", "http://127.0.0.1:3000/", "http://127.0.0.1:3000", "own"],
    ["an IPv6 address", "http://[::1]:3000/", "http://[::1]:3000", "own"],
    ["a default port in the URL", "https://app.example:443/", "https://app.example", "own"],
    ["capitals in the URL", "https://APP.Example/", "https://app.example", "own"],
    ["userinfo in the URL", "https://a:b@app.example/", "https://app.example", "own"],
    ["an international name", "https://bücher.example/", "https://xn--bcher-kva.example", "own"],
    ["TLS that ends at a proxy", HTTP, "https://app.example", "own"],
    ["TLS that ends at a proxy, on a port", "http://app.example:8443/", "https://app.example:8443", "own"],
    [
      "TLS that ends at a proxy, on another port",
      "http://app.example:8080/",
      "https://app.example",
      "foreign-origin",
    ],
    ["TLS that ends at a proxy, for another host", HTTP, "https://evil.example", "foreign-origin"],
    ["no TLS in front of a TLS server", HTTPS, "http://app.example", "foreign-origin"],
    ["no URL", "", "https://app.example", "foreign-origin"],
    ["a path in place of a URL", "/login", "https://app.example", "foreign-origin"],
  ])("with %s", (_what, url, origin, expected) => {
    expect(verdict(url, null, origin)).toBe(expected);
    expect(verdict(url, "same-origin", origin)).toBe(expected);
    expect(verdict(url, "cross-site", origin)).toBe("cross-site");
  });

  test("is never an opaque one, unless the application says so", () => {
    expect(verdict("null", null, "null")).toBe("foreign-origin");
    expect(verdict("about:blank", null, "null")).toBe("foreign-origin");
    expect(verdict("file:///a", null, "null")).toBe("foreign-origin");
  });
});

test("methods that change nothing are GET, HEAD and OPTIONS, as they are spelled", () => {
  const methods = [
    "GET",
    "HEAD",
    "OPTIONS",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "CONNECT",
    "QUERY",
    "get",
    "",
    "GET ",
  ];
  expect(methods.filter(isSafeMethod)).toEqual(["GET", "HEAD", "OPTIONS"]);
});
