import { parseAddress, spellIPv6, type Address } from "./address.ts";

/** What an internet provider gives to one customer at least. */
const CUSTOMER_BITS = 64;

/**
 * Spells an address the one way that it is always spelled.
 *
 * @see RFC 5952 section 4
 */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join(".");
  const groups = address.map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return spellIPv6(groups.replaceAll(/.{4}(?!$)/g, "$&:"))!;
}

/**
 * What an address is limited by: itself for IPv4, `2001:db8:1:2::/64` for IPv6, because whoever has one
 * address there has 2⁶⁴ of them. Every spelling of an address gives the same text.
 *
 * @returns `undefined` for what is no address, see {@link parseAddress}.
 */
export function foldAddress(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined || address.length === 4) return address && formatAddress(address);
  return `${formatAddress(address.map((octet, n) => (n < CUSTOMER_BITS / 8 ? octet : 0)))}/${CUSTOMER_BITS}`;
}
