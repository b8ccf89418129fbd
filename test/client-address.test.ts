import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../src/client-address.ts";
import { isSessionError } from "../src/core/errors.ts";
import type { Exchange } from "../src/exchange.ts";
import { forwardedHeader, readTrust } from "../src/proxy-trust.ts";
import { createSessions } from "../src/sessions.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { cookieAfter, testExchange } from "../src/testing/index.ts";

type Trust = boolean | readonly string[];

/** A balancer in front, two proxies behind it, and one that is a single address of IPv6. */
const PROXIES: Trust = ["203.0.113.9", "10.0.0.0/8", "2001:db8:f::1"];
const VISITOR = "198.51.100.7";

function from(peer: string | undefined, headers: Readonly<Record<string, string>> = {}): Exchange {
  return { ...testExchange({ url: "http://app.example/", headers }), address: () => peer };
}

function addressOf(trust: Trust, peer: string | undefined, forwarded?: string): string | undefined {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return clientAddress(from(peer, headers), readTrust(trust));
}

/** Who connects, what the header says by then, and whose request it is. */
interface Case {
  readonly trust: Trust;
  readonly peer: string | undefined;
  readonly forwarded?: string;
  readonly client: string | undefined;
}

const spoofs: readonly Case[] = [
  // No proxy: whatever is forwarded was made up.
  { trust: false, peer: VISITOR, forwarded: "192.0.2.1", client: VISITOR },
  { trust: false, peer: VISITOR, forwarded: "127.0.0.1, 10.0.0.1", client: VISITOR },
  { trust: [], peer: VISITOR, forwarded: "192.0.2.1", client: VISITOR },
  { trust: false, peer: undefined, forwarded: "192.0.2.1", client: undefined },
  // One proxy, whoever it is: what it has added is last.
  { trust: true, peer: "10.0.0.1", forwarded: VISITOR, client: VISITOR },
  { trust: true, peer: "10.0.0.1", forwarded: `192.0.2.1, ${VISITOR}`, client: VISITOR },
  { trust: true, peer: "10.0.0.1", forwarded: `192.0.2.1,10.0.0.9,${VISITOR}`, client: VISITOR },
  { trust: true, peer: "10.0.0.1", forwarded: "192.0.2.1, unknown", client: undefined },
  { trust: true, peer: "10.0.0.1", forwarded: "192.0.2.1,", client: undefined },
  { trust: true, peer: "10.0.0.1", client: "10.0.0.1" },
  { trust: true, peer: undefined, forwarded: VISITOR, client: VISITOR },
  // A list: the header counts from those proxies alone.
  { trust: PROXIES, peer: "203.0.113.9", forwarded: VISITOR, client: VISITOR },
  { trust: PROXIES, peer: "203.0.113.9", client: "203.0.113.9" },
  { trust: PROXIES, peer: VISITOR, forwarded: "192.0.2.1", client: VISITOR },
  { trust: PROXIES, peer: VISITOR, forwarded: "203.0.113.9", client: VISITOR },
  { trust: PROXIES, peer: "203.0.113.8", forwarded: "192.0.2.1, 203.0.113.9", client: "203.0.113.8" },
  { trust: PROXIES, peer: "11.0.0.1", forwarded: "192.0.2.1", client: "11.0.0.1" },
  { trust: PROXIES, peer: "2001:db8:f::2", forwarded: "192.0.2.1", client: "2001:db8:f::2" },
  { trust: PROXIES, peer: undefined, forwarded: "192.0.2.1", client: undefined },
  { trust: PROXIES, peer: "unix:", forwarded: "192.0.2.1", client: undefined },
  { trust: PROXIES, peer: "10.0.0.1%eth0", forwarded: "192.0.2.1", client: undefined },
  // However the server spells the address of the proxy.
  { trust: PROXIES, peer: "::ffff:10.1.2.3", forwarded: VISITOR, client: VISITOR },
  { trust: PROXIES, peer: "2001:0DB8:F:0::1", forwarded: VISITOR, client: VISITOR },
  { trust: ["::ffff:10.0.0.0/104"], peer: "10.1.2.3", forwarded: VISITOR, client: VISITOR },
  // Several in a row: the last one that is none of them.
  { trust: PROXIES, peer: "10.0.0.1", forwarded: `${VISITOR}, 203.0.113.9`, client: VISITOR },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: `${VISITOR}, 203.0.113.9, 10.9.9.9`, client: VISITOR },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: `192.0.2.1, ${VISITOR}, 10.0.0.2`, client: VISITOR },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: `10.7.7.7, ${VISITOR}, 10.0.0.2`, client: VISITOR },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: `${VISITOR}, ::ffff:10.0.0.2`, client: VISITOR },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "2001:DB8::0:7, 10.0.0.2", client: "2001:db8::7" },
  // Somebody inside: all are proxies, and the first of them began it.
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "10.0.0.3, 10.0.0.2", client: "10.0.0.3" },
  // What is no address ends the search: before it stands what somebody said.
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "192.0.2.1, unknown", client: "10.0.0.1" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "192.0.2.1, , 10.0.0.2", client: "10.0.0.2" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "192.0.2.1, 10.0.0.3:443, 10.0.0.2", client: "10.0.0.2" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "192.0.2.1, 010.0.0.3, 10.0.0.2", client: "10.0.0.2" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "192.0.2.1, [2001:db8:f::1]", client: "10.0.0.1" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "192.0.2.1; 10.0.0.2", client: "10.0.0.1" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: "", client: "10.0.0.1" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: ",", client: "10.0.0.1" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: ",10.0.0.2", client: "10.0.0.2" },
  { trust: PROXIES, peer: "10.0.0.1", forwarded: `${",".repeat(100_000)}10.0.0.2`, client: "10.0.0.2" },
];

describe("the address of a visitor", () => {
  test.each(spoofs)("with trust $trust, from $peer, forwarded for $forwarded, is $client", (spoof) => {
    expect(addressOf(spoof.trust, spoof.peer, spoof.forwarded)).toBe(spoof.client);
  });

  test("does not depend on what the visitor sends, behind any number of proxies", () => {
    const proxy = constantFrom("10.0.0.1", "203.0.113.9", "2001:db8:f::1", "::ffff:10.255.255.255");
    const lie = constantFrom("10.0.0.1", "192.0.2.1", "unknown", "", "203.0.113.9", "::1", "127.0.0.1", ",,");
    assert(
      property(array(lie), array(proxy, { minLength: 1 }), (lies, proxies) => {
        const peer = proxies.at(-1);
        const forwarded = [...lies, VISITOR, ...proxies.slice(0, -1)].join(", ");
        expect(addressOf(PROXIES, peer, forwarded)).toBe(VISITOR);
        expect(addressOf(PROXIES, VISITOR, lies.join(", "))).toBe(VISITOR);
      }),
      { numRuns: 1000 },
    );
  });

  test("is not read from any other header", () => {
    const names = [
      "x-real-ip",
      "forwarded",
      "true-client-ip",
      "cf-connecting-ip",
      "x-client-ip",
      "client-ip",
    ];
    const headers = Object.fromEntries(names.map((name) => [name, "192.0.2.1"]));
    for (const trust of [false, true, PROXIES])
      expect(clientAddress(from("10.0.0.1", headers), readTrust(trust))).toBe("10.0.0.1");
  });

  test("is not known where the adapter does not tell it", () => {
    expect(clientAddress(testExchange(), false)).toBeUndefined();
  });
});

describe("sessions behind proxies that they name", () => {
  /** Logs in over plain http through a peer. @returns the cookie's name and the device's address, or the error's code. */
  async function login(trustProxy: Trust, peer: string | undefined): Promise<unknown> {
    const sessions = createSessions({ store: memoryStore(), devices: { address: true }, trustProxy });
    const headers = { "x-forwarded-proto": "https", "x-forwarded-for": VISITOR };
    const exchange = { ...testExchange({ url: "http://app.example/", headers }), address: () => peer };
    try {
      await (await sessions.open(exchange)).update({ userId: 7 });
    } catch (error) {
      if (isSessionError(error)) return error.code;
      throw error;
    }
    const [device] = await sessions.list(7);
    return [cookieAfter(exchange)?.split("=")[0], device?.address];
  }

  test("set a Secure cookie and note the visitor's address for those alone", async () => {
    expect(await login(PROXIES, "10.0.0.1")).toEqual(["__Host-session", VISITOR]);
    expect(await login(true, VISITOR)).toEqual(["__Host-session", VISITOR]);
    // Somebody who connects directly says https, and is not believed.
    expect(await login(PROXIES, "192.0.2.66")).toBe("ERR_SESSION_INSECURE");
    expect(await login(PROXIES, undefined)).toBe("ERR_SESSION_INSECURE");
    expect(await login(false, "10.0.0.1")).toBe("ERR_SESSION_INSECURE");
  });

  test("do not see what becomes of the list later", async () => {
    const list = ["10.0.0.1"];
    const trust = readTrust(list);
    list.push("10.0.0.2");
    expect(forwardedHeader(from("10.0.0.2", { a: "b" }), "a", trust)).toBeNull();
  });
});
