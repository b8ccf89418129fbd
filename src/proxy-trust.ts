import { isEverybody, isInRange, parseAddress, parseRange, type AddressRange } from "./core/address.ts";
import { wrongOption } from "./core/option-errors.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Whose `X-Forwarded-*` headers count: nobody's (`false`), those of the one proxy in front, whoever it is
 * (`true`), or those of the proxies in these ranges.
 */
export type ProxyTrust = boolean | readonly AddressRange[];

/**
 * Reads the option `trustProxy`.
 *
 * @throws SessionError `ERR_SESSION_CONFIG`, naming the entry that is neither an address nor a range, or a
 *   range of everybody.
 */
export function readTrust(trustProxy: boolean | readonly string[] | undefined): ProxyTrust {
  // Not any truthy value: "false" out of an environment variable would be one.
  if (typeof (trustProxy ?? false) === "boolean") return (trustProxy ?? false) as boolean;
  if (!Array.isArray(trustProxy))
    throw wrongOption("trustProxy must be true, false or a list of the proxies");
  return (trustProxy as readonly unknown[]).map((entry, n) => {
    const range = typeof entry === "string" ? parseRange(entry) : undefined;
    if (range === undefined)
      throw wrongOption(`trustProxy[${n}] must be an address or a range of them, such as 10.0.0.0/8`);
    // Then the visitor would be a proxy too, and be believed.
    if (isEverybody(range)) throw wrongOption(`trustProxy[${n}] must not be the range of all addresses`);
    return range;
  });
}

/**
 * A header that a proxy sets, such as `X-Forwarded-Proto`.
 *
 * @returns `null` when there is none, or when whoever has sent it is not trusted.
 */
export function forwardedHeader(exchange: Exchange, name: string, trust: ProxyTrust): string | null {
  const trusted = typeof trust === "boolean" ? trust : isTrusted(exchange.address?.(), trust);
  return trusted ? exchange.header(name) : null;
}

/** Whether an address is one of these proxies. */
export function isTrusted(text: string | undefined, proxies: readonly AddressRange[]): boolean {
  const address = text === undefined ? undefined : parseAddress(text);
  return address !== undefined && proxies.some((range) => isInRange(address, range));
}
