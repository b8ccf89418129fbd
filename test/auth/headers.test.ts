import { describe, expect, test } from "vitest";
import { securityHeaders } from "../../src/auth/headers.ts";

const NONCE = "bm9uY2U";
const headersOf = (...args: Parameters<typeof securityHeaders>) =>
  Object.fromEntries(securityHeaders(...args));

describe("security headers", () => {
  test("are strict when nothing is said", () => {
    expect(headersOf(NONCE)).toEqual({
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "strict-origin-when-cross-origin",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
      "X-Frame-Options": "DENY",
      "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
      "Content-Security-Policy":
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; script-src 'self' 'nonce-bm9uY2U'",
    });
  });

  test("name no header twice, and can all be set", () => {
    const list = securityHeaders(NONCE);
    expect(new Set(list.map(([name]) => name.toLowerCase())).size).toBe(list.length);
    expect([...new Headers(list)]).toHaveLength(list.length);
  });

  test("allow scripts by a nonce, never by unsafe-inline or unsafe-eval", () => {
    expect(headersOf(NONCE)["Content-Security-Policy"]).not.toMatch(/unsafe|\*/);
    expect(headersOf("other")["Content-Security-Policy"]).toContain("script-src 'self' 'nonce-other'");
  });

  test("let an application replace a directive and add one, and keep the rest", () => {
    const contentSecurityPolicy = { "img-src": ["'self'", "https://img.example"], "connect-src": ["'self'"] };
    const policy = headersOf(NONCE, { contentSecurityPolicy })["Content-Security-Policy"];
    expect(policy).toBe(
      "default-src 'self'; img-src 'self' https://img.example; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; script-src 'self' 'nonce-bm9uY2U'; connect-src 'self'",
    );
  });

  test("can do without a policy and without HSTS, and then have all the others", () => {
    const all = Object.keys(headersOf(NONCE));
    const bare = headersOf(NONCE, { contentSecurityPolicy: false, hsts: false });
    expect(all.filter((name) => !(name in bare))).toEqual([
      "Strict-Transport-Security",
      "Content-Security-Policy",
    ]);
  });

  test("say how long https is kept", () => {
    expect(headersOf(NONCE, { hsts: 300 })["Strict-Transport-Security"]).toBe(
      "max-age=300; includeSubDomains",
    );
    expect(headersOf(NONCE, { hsts: 0 })["Strict-Transport-Security"]).toBe("max-age=0; includeSubDomains");
  });
});
