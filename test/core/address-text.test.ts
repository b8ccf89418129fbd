import { assert, nat, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { foldAddress } from "../../src/core/address-text.ts";

describe("what an address is limited by", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2:3::9", "2001:db8:1:2::/64"],
    ["2001:db8::9", "2001:db8::/64"],
    ["::1", "::/64"],
  ])("is of %s: %s", (text, folded) => {
    expect(foldAddress(text)).toBe(folded);
  });

  test("is one for all addresses of a /64, and another for each other one", () => {
    const half = tuple(...Array.from({ length: 4 }, () => nat(0xffff)));
    const hex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(":");
    assert(
      property(half, half, half, half, (network, other, one, two) => {
        const key = foldAddress(`${hex(network)}:${hex(one)}`);
        expect(foldAddress(`${hex(network)}:${hex(two)}`)).toBe(key);
        expect(foldAddress(`${hex(other)}:${hex(one)}`) === key).toBe(hex(network) === hex(other));
      }),
    );
  });
});
