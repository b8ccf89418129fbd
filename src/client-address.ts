import { formatAddress } from "./core/address-text.ts";
import { parseAddress } from "./core/address.ts";
import type { Exchange } from "./exchange.ts";
import { forwardedHeader, isTrusted, type ProxyTrust } from "./proxy-trust.ts";

/**
 * The address that a visitor connects from, in its canonical spelling. What a visitor can send decides
 * nothing: `true` takes the last entry of `X-Forwarded-For`, which the proxy in front has added; with a list
 * the header counts when a proxy of the list has sent it, and then its last entry that is not such a proxy
 * itself. An entry that is no address ends the search at the one before.
 *
 * @returns `undefined` when it is not known, or is no address.
 * @see OWASP ASVS 4.1.3 and 15.3.4
 */
export function clientAddress(exchange: Exchange, trust: ProxyTrust): string | undefined {
  const forwarded = forwardedHeader(exchange, "x-forwarded-for", trust);
  const peer = exchange.address?.();
  if (forwarded === null) return canonical(peer);
  if (typeof trust === "boolean") return canonical(forwarded.slice(forwarded.lastIndexOf(",") + 1));

  let address = peer;
  for (const entry of forwarded.split(",").toReversed()) {
    const before = canonical(entry);
    if (before === undefined) break;
    address = before;
    if (!isTrusted(address, trust)) break;
  }
  return canonical(address);
}

function canonical(text: string | undefined): string | undefined {
  const address = text === undefined ? undefined : parseAddress(text.trim());
  return address && formatAddress(address);
}
