/** The octets of an internet address: 4 of IPv4, 16 of IPv6. */
export type Address = readonly number[];

/** All addresses whose bits begin in the same way. */
export interface AddressRange {
  /** See `bitsOf`: the digit of the family, and the bits that they share. */
  readonly prefix: string;
}

/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`: what is longer is no address, and not worth a look. */
const MAX_LENGTH = 45;
const IPV6_GROUPS = 8;
/** Octets of `::ffff:0:0/96`, before an IPv4 address that is written as IPv6. */
const MAPPED_PREFIX = "0,0,0,0,0,0,0,0,0,0,255,255";
const MAPPED_BITS = 96;

const DECIMAL = /^(?:0|[1-9][0-9]{0,2})$/;
/** Whatever else a URL may hold between brackets and around them is no address. */
const IPV6_ALPHABET = /^[0-9a-f:.]+$/i;

/**
 * Reads an address. One of IPv4 that is written as IPv6 (`::ffff:192.0.2.7`) is one of IPv4.
 *
 * @returns `undefined` for whatever else: names, ports, brackets, zones, blanks, and numbers with leading
 *   zeros, which some read as octal.
 * @see RFC 4291 sections 2.2 and 2.5.5.2
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (!text.includes(":")) return parseIPv4(text);
  const octets = parseIPv6(text);
  const mapped = octets?.slice(0, MAPPED_BITS / 8).join() === MAPPED_PREFIX;
  return mapped ? octets.slice(MAPPED_BITS / 8) : octets;
}

function parseIPv4(text: string): Address | undefined {
  const parts = text.split(".");
  const octets = parts.map(Number);
  return parts.length === 4 && parts.every((part) => DECIMAL.test(part)) && Math.max(...octets) < 256
    ? octets
    : undefined;
}

function parseIPv6(text: string): Address | undefined {
  const hostname = IPV6_ALPHABET.test(text) ? spellIPv6(text) : undefined;
  if (hostname === undefined) return undefined;
  const [before = [], after = []] = hostname.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const missing = Array<string>(IPV6_GROUPS - before.length - after.length).fill("0");
  return [...before, ...missing, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >>> 8, value & 0xff];
  });
}

/**
 * The one way to spell an address of IPv6, which the platform knows from hosts of URLs.
 *
 * @returns `undefined` for what is none.
 * @see RFC 5952 section 4, WHATWG URL sections 3.5 and 3.6
 */
export function spellIPv6(text: string): string | undefined {
  try {
    return new URL(`http://[${text}]`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
}

/**
 * Reads a range in CIDR notation, such as `10.0.0.0/8`; an address alone is a range of one.
 *
 * @returns `undefined` for whatever else, and when bits are set beyond the prefix: which range was meant is
 *   not clear then.
 * @see RFC 4632 section 3.1
 */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf("/");
  const written = slash === -1 ? text : text.slice(0, slash);
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  const bits = bitsOf(address);
  if (slash === -1) return { prefix: bits };

  const length = text.slice(slash + 1);
  if (!DECIMAL.test(length)) return undefined;
  const isMapped = address.length === 4 && written.includes(":");
  const end = 1 + Number(length) - (isMapped ? MAPPED_BITS : 0);
  const isRange = end > 0 && end <= bits.length && !bits.includes("1", end);
  return isRange ? { prefix: bits.slice(0, end) } : undefined;
}

/** Whether it is the range of all addresses of a family. */
export function isEverybody(range: AddressRange): boolean {
  return range.prefix.length === 1;
}

/** Whether an address is in a range; one of IPv4 never is in a range of IPv6, nor the other way around. */
export function isInRange(address: Address, range: AddressRange): boolean {
  return bitsOf(address).startsWith(range.prefix);
}

/** The bits of an address as text, after a digit for its family. */
function bitsOf(address: Address): string {
  return (
    (address.length === 4 ? "4" : "6") + address.map((octet) => octet.toString(2).padStart(8, "0")).join("")
  );
}
