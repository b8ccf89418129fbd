import { send, type Received, type Sent } from "./http.ts";

/** The cookies of one visitor: names and values, and whether the server took them away again. */
export class CookieJar {
  readonly #values = new Map<string, string>();

  /** The value of the `Cookie` header; `undefined` when there is none. */
  header(): string | undefined {
    if (this.#values.size === 0) return undefined;
    return Array.from(this.#values, ([name, value]) => `${name}=${value}`).join("; ");
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Keeps what a `Set-Cookie` line, or a bare `name=value`, says. */
  keep(line: string): void {
    const [pair = "", ...attributes] = line.split(";");
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    const gone = attributes.some((attribute) => /^\s*max-age=(?:0|-\d+)\s*$/i.test(attribute));
    if (gone) this.#values.delete(name);
    else this.#values.set(name, pair.slice(at + 1).trim());
  }

  /** Sends a request with these cookies and keeps those that come back. */
  async send(port: number, sent: Sent): Promise<Received> {
    const cookie = this.header();
    const headers =
      cookie === undefined ? sent.headers : [["Cookie", cookie] as const, ...(sent.headers ?? [])];
    const received = await send(port, { ...sent, headers: headers ?? [] });
    for (const line of received.cookies) this.keep(line);
    return received;
  }
}
