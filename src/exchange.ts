/**
 * One request and the response to it, as far as sessions are concerned. An adapter makes one for every
 * request and answers the same one whenever it is asked again; everything else is the same for all.
 */
export interface Exchange {
  /** The request's URL as the server sees it. Scheme and host decide whether a cookie can be Secure. */
  readonly url: string;
  /** A request header's value, several joined as HTTP joins them; `null` when absent. */
  header(name: string): string | null;
  /** The address at the other end of the connection, a proxy's where there is one; `undefined` when it is not known. */
  address?(): string | undefined;
  /** Whether the head of the response can still be changed. */
  writable(): boolean;
  /** Puts a `Set-Cookie` line into the response, in place of an earlier one for the same name. */
  setCookie(name: string, line: string): void;
  /** Marks the response as one visitor's own: `Vary: Cookie` and `Cache-Control: private, no-store`. */
  markPrivate(): void;
  /** What belongs to this request: its sessions, by name, and what each guard has loaded. Empty at first. */
  readonly locals: Map<unknown, unknown>;
}

/** Writes into response headers. Adapters whose response is a `Headers` object share it. */
export function setCookieIn(headers: Headers, name: string, line: string): void {
  const others = headers.getSetCookie().filter((other) => !other.startsWith(`${name}=`));
  headers.delete("Set-Cookie");
  for (const other of others) headers.append("Set-Cookie", other);
  headers.append("Set-Cookie", line);
}

/** See {@link Exchange.markPrivate}. A stricter or longer `Vary` that is there already is kept. */
export function markPrivateIn(headers: Headers): void {
  // In lower case, as Headers keeps names and would have to make them.
  headers.set("cache-control", "private, no-store");
  const vary = headers.get("vary");
  if (vary === null) headers.set("vary", "Cookie");
  else if (!/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(vary)) headers.set("vary", `${vary}, Cookie`);
}
