import { describe, expect, test } from "vitest";
import type { Exchange } from "../src/exchange.ts";
import { forwardedHeader, readTrust } from "../src/proxy-trust.ts";
import { createSessions } from "../src/sessions.ts";
import { testExchange } from "../src/testing/index.ts";

type Trust = boolean | readonly string[];

const PROXIES: Trust = ["203.0.113.9", "10.0.0.0/8", "2001:db8:f::1"];
const VISITOR = "198.51.100.7";

function from(peer: string | undefined, headers: Readonly<Record<string, string>> = {}): Exchange {
  return { ...testExchange({ url: "http://app.example/", headers }), address: () => peer };
}

describe("a forwarded header", () => {
  const proto = (trust: Trust, peer: string | undefined): string | null =>
    forwardedHeader(from(peer, { "x-forwarded-proto": "https" }), "x-forwarded-proto", readTrust(trust));

  test("counts from whoever is trusted, and from nobody else", () => {
    expect([proto(true, undefined), proto(true, VISITOR), proto(PROXIES, "10.0.0.1")]).toEqual(
      Array(3).fill("https"),
    );
    expect([proto(false, "10.0.0.1"), proto(PROXIES, VISITOR), proto(PROXIES, undefined)]).toEqual(
      Array(3).fill(null),
    );
    expect(forwardedHeader(from("10.0.0.1"), "x-forwarded-proto", true)).toBeNull();
  });
});

describe("a list of proxies", () => {
  test.each([
    "canary",
    "",
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.1:80",
    "10.0.0.1 ",
    "*",
    "loopback",
    7,
    null,
  ])("is refused with %j in it, which the message does not repeat", (entry) => {
    const make = () => createSessions({ password: "x".repeat(32), trustProxy: ["10.0.0.1", entry] as never });
    expect(make).toThrow(expect.objectContaining({ code: "ERR_SESSION_CONFIG" }));
    expect(make).toThrow(/trustProxy\[1\] must be an address or a range/);
    expect(make).not.toThrow(/canary/);
  });

  test.each(["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"])("is refused with everybody in it: %s", (entry) => {
    expect(() => readTrust([entry])).toThrow(/trustProxy\[0\] must not be the range of all addresses/);
  });

  test.each(["true", 1, {}])("is not %j", (trustProxy) => {
    expect(() => readTrust(trustProxy as never)).toThrow(/trustProxy must be true, false or a list/);
  });

  test("may be empty, and then trusts nobody", () => {
    expect(readTrust([])).toEqual([]);
    expect(readTrust(undefined)).toBe(false);
  });
});
