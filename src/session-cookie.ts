import { DUPLICATE, readCookie, writeCookie } from "./core/cookie.ts";
import type { Transport } from "./core/transport.ts";
import type { Exchange } from "./exchange.ts";

/** The session's cookie in one request and its response. */
export class SessionCookie {
  readonly #exchange: Exchange;
  readonly #transportOf: (exchange: Exchange) => Transport;
  #chosen: Transport | undefined;
  /** Whether the visitor has a cookie of our name, as far as this request knows. */
  present = false;
  /** Whether the response has a token that the visitor does not have yet. */
  issued = false;

  constructor(exchange: Exchange, transportOf: (exchange: Exchange) => Transport) {
    this.#exchange = exchange;
    this.#transportOf = transportOf;
  }

  #transport(): Transport {
    return (this.#chosen ??= this.#transportOf(this.#exchange));
  }

  /** The value that the visitor sent; see {@link readCookie}. */
  read(): string | typeof DUPLICATE | undefined {
    const header = this.#exchange.header("cookie");
    if (header === null) return undefined;
    const value = readCookie(header, this.#transport().cookieName);
    this.present = value !== undefined;
    return value;
  }

  /** Whether the response can still carry a cookie that the browser will keep. */
  get settable(): boolean {
    return this.#exchange.writable() && this.#transport().safe;
  }

  /** @param maxAge - Seconds, or `undefined` for a cookie that ends with the browser. */
  set(value: string, maxAge: number | undefined): void {
    this.present = this.issued = true;
    this.#write(value, maxAge);
  }

  /** Takes the cookie away from the visitor, if there is one and the response still can. */
  remove(): void {
    if (this.present && this.settable) this.#write("", 0);
  }

  #write(value: string, maxAge: number | undefined): void {
    const { cookieName, attributes } = this.#transport();
    this.#exchange.setCookie(cookieName, writeCookie(cookieName, value, { ...attributes, maxAge }));
  }
}
