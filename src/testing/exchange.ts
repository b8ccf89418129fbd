import { markPrivateIn, setCookieIn, type Exchange } from "../exchange.ts";
import type { Sessions } from "../sessions.ts";

/** A request and its response without a server. */
export interface TestExchange extends Exchange {
  /** What the response would carry. */
  readonly headers: Headers;
  /** Makes the head of the response leave. */
  flush(): void;
}

/** Options of {@link testExchange}. */
export interface TestExchangeOptions {
  /** @default "https://app.example/" */
  readonly url?: string;
  /** The `Cookie` header. @default none */
  readonly cookie?: string | undefined;
  /** Further request headers, by lower-case name. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** The address at the other end of the connection. @default unknown */
  readonly address?: string | undefined;
}

/** Makes a request to open sessions in, for tests of what uses them. */
export function testExchange(options: TestExchangeOptions = {}): TestExchange {
  const { url = "https://app.example/", cookie, headers: requestHeaders = {}, address } = options;
  const headers = new Headers();
  let flushed = false;
  return {
    url,
    headers,
    locals: new Map(),
    header: (name) => (name === "cookie" ? (cookie ?? null) : (requestHeaders[name] ?? null)),
    address: () => address,
    writable: () => !flushed,
    setCookie: (name, line) => setCookieIn(headers, name, line),
    markPrivate: () => markPrivateIn(headers),
    flush() {
      flushed = true;
    },
  };
}

/** The `Cookie` header that a browser would send after this response, given what it sent before. */
export function cookieAfter(exchange: TestExchange): string | undefined {
  const jar = new Map<string, string>();
  for (const pair of (exchange.header("cookie") ?? "").split(";")) {
    const [name = "", ...value] = pair.trim().split("=");
    if (name !== "") jar.set(name, value.join("="));
  }
  for (const line of exchange.headers.getSetCookie()) {
    const [pair = "", ...attributes] = line.split("; ");
    const at = pair.indexOf("=");
    if (attributes.includes("Max-Age=0")) jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return jar.size === 0 ? undefined : [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
}

/**
 * The `Cookie` header of a visitor whose session holds this data: for tests of pages and routes that want
 * somebody logged in, without a login.
 *
 * ```ts
 * const response = await app(new Request(url, { headers: { cookie: await cookieFor(sessions, { userId: 7 }) } }));
 * ```
 *
 * @param url - An address of the application: on plain-http loopback the cookie has another name.
 */
export async function cookieFor<T extends object>(
  sessions: Sessions<T>,
  data: Partial<T>,
  url = "https://app.example/",
): Promise<string> {
  const exchange = testExchange({ url });
  const session = await sessions.open(exchange);
  await session.update(data);
  return cookieAfter(exchange) ?? "";
}
