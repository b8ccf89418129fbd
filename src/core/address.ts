/** The octets of an internet address: 4 of IPv4, 16 of IPv6. */
export type Address = readonly number[];

/** All addresses that begin with the same bits. */
export interface AddressRange {
  readonly address: Address;
  /** How many bits they share: up to 32 for IPv4, 128 for IPv6. */
  readonly bits: number;
}

/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`: what is longer is no address, and not worth a look. */
const MAX_LENGTH = 45;
const IPV6_GROUPS = 8;
/** What an internet provider gives to one customer at least. */
const CUSTOMER_BITS = 64;
/** Bits of `::ffff:0:0/96`, before an IPv4 address that is written as IPv6. */
const MAPPED_BITS = 96;

const DECIMAL = /^(?:0|[1-9][0-9]{0,2})$/;
const HEXADECIMAL = /^[0-9a-f]{1,4}$/i;

/**
 * Reads an address. One of IPv4 that is written as IPv6 (`::ffff:192.0.2.7`) is one of IPv4.
 *
 * @returns `undefined` for whatever else: names, ports, brackets, zones, blanks, and numbers with leading zeros, which some read
 *   as octal.
 * @see RFC 4291 sections 2.2 and 2.5.5.2
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (!text.includes(":")) return parseIPv4(text);
  const octets = parseIPv6(text);
  return octets !== undefined && isMapped(octets) ? octets.slice(MAPPED_BITS / 8) : octets;
}

function parseIPv4(text: string): Address | undefined {
  const parts = text.split(".");
  const octets = parts.filter((part) => DECIMAL.test(part)).map(Number);
  return parts.length === 4 && octets.length === 4 && octets.every((octet) => octet < 256)
    ? octets
    : undefined;
}

function parseIPv6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map((half, n) => parseGroups(half, n === halves.length - 1));
  if (before === undefined) return undefined;
  if (halves.length === 1) return before.length === IPV6_GROUPS * 2 ? before : undefined;
  if (after === undefined) return undefined;
  const missing = IPV6_GROUPS * 2 - before.length - after.length;
  return missing > 0 ? [...before, ...Array<number>(missing).fill(0), ...after] : undefined;
}

/** The octets of groups between colons, the last of which may be an IPv4 address where that is allowed. */
function parseGroups(text: string, last: boolean): Address | undefined {
  const octets: number[] = [];
  const groups = text === "" ? [] : text.split(":");
  for (const [n, group] of groups.entries()) {
    const ipv4 = last && n === groups.length - 1 ? parseIPv4(group) : undefined;
    if (ipv4 !== undefined) octets.push(...ipv4);
    else if (HEXADECIMAL.test(group)) {
      const value = Number.parseInt(group, 16);
      octets.push(value >>> 8, value & 0xff);
    } else return undefined;
  }
  return octets;
}

function isMapped(octets: Address): boolean {
  return octets.slice(0, MAPPED_BITS / 8).every((octet, n) => octet === (n < 10 ? 0 : 0xff));
}

/**
 * Spells an address the one way that it is always spelled.
 *
 * @see RFC 5952 section 4
 */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join(".");
  const groups = Array.from({ length: IPV6_GROUPS }, (_, n) =>
    ((address[2 * n]! << 8) | address[2 * n + 1]!).toString(16),
  );
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (const [n, group] of groups.entries()) {
    if (group !== "0") start = n + 1;
    else if (n + 1 - start > longest.length) longest = { start, length: n + 1 - start };
  }
  return longest;
}

/**
 * What an address is limited by: itself for IPv4, `2001:db8:1:2::/64` for IPv6, because whoever has one address there has
 * 2⁶⁴ of them. Every spelling of an address gives the same text.
 *
 * @returns `undefined` for what is no address, see {@link parseAddress}.
 */
export function foldAddress(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined || address.length === 4) return address && formatAddress(address);
  return `${formatAddress(address.map((octet, n) => (n < CUSTOMER_BITS / 8 ? octet : 0)))}/${CUSTOMER_BITS}`;
}

/**
 * Reads a range in CIDR notation, such as `10.0.0.0/8`; an address alone is a range of one.
 *
 * @returns `undefined` for whatever else, and when bits are set beyond the prefix: which range was meant is not clear then.
 * @see RFC 4632 section 3.1
 */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf("/");
  const written = slash === -1 ? text : text.slice(0, slash);
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  const width = address.length * 8;
  if (slash === -1) return { address, bits: width };

  const prefix = text.slice(slash + 1);
  if (!DECIMAL.test(prefix)) return undefined;
  const bits = address.length === 4 && written.includes(":") ? Number(prefix) - MAPPED_BITS : Number(prefix);
  if (bits < 0 || bits > width) return undefined;
  const range = { address, bits };
  return address.every((octet, n) => octet === (octet & maskOf(range, n))) ? range : undefined;
}

/** Whether an address is in a range; one of IPv4 never is in a range of IPv6, nor the other way around. */
export function isInRange(address: Address, range: AddressRange): boolean {
  return (
    address.length === range.address.length &&
    address.every((octet, n) => ((octet ^ range.address[n]!) & maskOf(range, n)) === 0)
  );
}

/** The bits of octet `n` that a range fixes. */
function maskOf({ bits }: AddressRange, n: number): number {
  return (0xff00 >>> Math.min(8, Math.max(0, bits - n * 8))) & 0xff;
}
