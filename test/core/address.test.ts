import { BlockList, isIPv4, isIPv6 } from "node:net";
import { assert, constantFrom, ipV4, ipV6, nat, oneof, pre, property, string, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { foldAddress, formatAddress } from "../../src/core/address-text.ts";
import { isInRange, parseAddress, parseRange } from "../../src/core/address.ts";

/** The canonical spelling, by the code of the test's own. */
function spell(text: string): string | undefined {
  const address = parseAddress(text);
  return address && formatAddress(address);
}

const hostile: readonly string[] = [
  "",
  " ",
  " 192.0.2.7",
  "192.0.2.7 ",
  "192.0.2.7\n",
  "192.0.2.7\0",
  "192.0.2.7:443",
  "192.0.2.7/24",
  "192.0.2",
  "192.0.2.",
  ".192.0.2",
  "192.0.2.7.",
  "192.0.2.7.9",
  "192.0..7",
  "192.0.2.256",
  "192.0.2.1000",
  "192.0.2.-7",
  "192.0.2.+7",
  "192.0.2.7e0",
  "192.0.2.0x7",
  // Octal to some, decimal to others: 10.0.0.8, or 8.0.0.10?
  "010.0.0.8",
  "192.0.2.07",
  "192.0.2.00",
  "0300.0.2.7",
  "0xc0.0.2.7",
  "3221225991",
  "0xc0000207",
  "１92.0.2.7",
  "192。0。2。7",
  "192.0.2.٧",
  ":",
  ":::",
  "::::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "1:2:3:4::5:6:7:8",
  "::1::",
  "1::2::3",
  "1:::2",
  "2001:db8::12345",
  "2001:db8::g",
  "2001:db8::-1",
  "2001:db8::0x1",
  "2001:db8::1/64",
  "[2001:db8::1]",
  "[2001:db8::1]:443",
  "2001:db8::1%eth0",
  "fe80::1%1",
  "fe80::1%25eth0",
  "::ffff:192.0.2",
  "::ffff:192.0.2.07",
  "::ffff:192.0.2.256",
  "::ffff:192.0.2.7:1",
  "::192.0.2.7:1",
  "192.0.2.7::",
  "1:2:3:4:5:6:7:192.0.2.7",
  "1:2:3:4:5:192.0.2.7",
  "localhost",
  "unknown",
  "_hidden",
  "for=192.0.2.7",
  "192.0.2.7, 192.0.2.8",
  "<script>",
  "constructor",
  "__proto__",
];

describe("an address", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221"],
  ])("%s is spelled %s", (text, canonical) => {
    expect(spell(text)).toBe(canonical);
  });

  test.each(["::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:192.0.2.7", "::ffff:192.0.2.7"])(
    "of IPv4 is the same when it is written as %s",
    (text) => {
      expect(spell(text)).toBe("192.0.2.7");
    },
  );

  test("of IPv6 that only looks like one of IPv4 is none", () => {
    expect(["::192.0.2.7", "::fffe:192.0.2.7", "1::ffff:192.0.2.7", "::ffff:0:192.0.2.7"].map(spell)).toEqual(
      ["::c000:207", "::fffe:c000:207", "1::ffff:c000:207", "::ffff:0:c000:207"],
    );
  });

  test("is spelled as the URL standard spells it, whatever its spelling was", () => {
    assert(
      property(oneof(ipV4(), ipV6()), (text) => {
        const url = new URL(`http://${text.includes(":") ? `[${text}]` : text}/`).hostname;
        // There, one of IPv4 that is written as IPv6 stays one of IPv6.
        pre(!/^\[::ffff:[^:]+:[^:]+\]$/.test(url));
        expect(spell(text)).toBe(url.replaceAll(/[[\]]/g, ""));
        expect(spell(spell(text)!)).toBe(spell(text));
      }),
      { numRuns: 2000 },
    );
  });

  test("is what Node takes for one, but for zones", () => {
    const almost = string({
      unit: constantFrom("0", "1", "25", "9", "aF", ":", "::", ".", "%"),
      maxLength: 24,
    });
    const octets = tuple(...Array.from({ length: 4 }, () => nat(300))).map((parts) => parts.join("."));
    assert(
      property(oneof(almost, octets, ipV6(), ipV4()), (text) => {
        const zoned = text.includes("%");
        expect(parseAddress(text) !== undefined).toBe(!zoned && (isIPv4(text) || isIPv6(text)));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("what is no address", () => {
  test.each(hostile)("is taken for none: %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
    expect(foldAddress(text)).toBeUndefined();
  });

  test("costs nothing, however long it is", () => {
    const start = performance.now();
    for (const part of [":", "::", "1:", "0", "1.", "f", "::1", "%", "[", " ", "\u{1F989}"])
      for (const text of [part.repeat(1_000_000), `${part.repeat(1_000_000)}x`]) {
        expect(foldAddress(text)).toBeUndefined();
        expect(parseRange(text)).toBeUndefined();
        expect(parseRange(`10.0.0.0/${text}`)).toBeUndefined();
      }
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("throws nothing, whatever it is", () => {
    assert(
      property(string({ unit: "binary-ascii" }), (text) => {
        foldAddress(text);
        parseRange(text);
      }),
    );
  });
});

describe("a range", () => {
  test("holds what Node's BlockList says that it holds", () => {
    const near = (width: number) => tuple(nat(width), nat(width - 1), nat(1));
    const families = constantFrom(4 as const, 16 as const);
    assert(
      property(
        families.chain((octets) =>
          tuple(tuple(...Array.from({ length: octets }, () => nat(255))), near(octets * 8)),
        ),
        ([start, [bits, flipped, flip]]) => {
          const type = start.length === 4 ? "ipv4" : "ipv6";
          const network = start.map((octet, n) => octet & ~(0xff >> Math.max(0, Math.min(8, bits - n * 8))));
          const other = start.map((octet, n) =>
            n === Math.floor(flipped / 8) && flip === 1 ? octet ^ (0x80 >> (flipped % 8)) : octet,
          );
          const text = (octets: readonly number[]) =>
            octets.length === 4 ? octets.join(".") : formatAddress(octets);
          const list = new BlockList();
          list.addSubnet(text(network), bits, type);
          const range = parseRange(`${text(network)}/${bits}`)!;
          expect(isInRange(other, range)).toBe(list.check(text(other), type));
        },
      ),
      { numRuns: 5000 },
    );
  });

  test("of one address is that address", () => {
    const range = parseRange("2001:db8::1")!;
    expect(isInRange(parseAddress("2001:db8::1")!, range)).toBe(true);
    expect(isInRange(parseAddress("2001:db8::2")!, range)).toBe(false);
  });

  test("of IPv4 is the same when it is written as IPv6, and holds addresses that are", () => {
    expect(parseRange("::ffff:10.0.0.0/104")).toEqual(parseRange("10.0.0.0/8"));
    expect(isInRange(parseAddress("::ffff:10.1.2.3")!, parseRange("10.0.0.0/8")!)).toBe(true);
  });

  test("of one family holds nothing of the other", () => {
    expect(isInRange(parseAddress("10.0.0.1")!, parseRange("::/0")!)).toBe(false);
    expect(isInRange(parseAddress("::1")!, parseRange("0.0.0.0/0")!)).toBe(false);
  });

  test.each([
    ...hostile.filter((text) => !text.includes("/")),
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/8.0",
    "10.0.0.0/1e1",
    "10.0.0.0/ 8",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10/8",
    "/8",
    "10.0.0.1/8",
    "10.128.0.0/8",
    "2001:db8::/129",
    "2001:db8::1/64",
    "::ffff:10.0.0.0/8",
    "::ffff:10.0.0.0/95",
    "::ffff:10.0.0.0/129",
  ])("is not %j", (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});
