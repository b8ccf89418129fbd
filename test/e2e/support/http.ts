import { Agent, request } from "node:http";

/** A request as it goes over the wire: any header at all, repeated if need be, and no redirect followed. */
export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly Header[];
  readonly body?: string;
}

export type Header = readonly [name: string, value: string];

/** What came back. */
export interface Received {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: readonly Header[];
  readonly body: string;
  /** Value of a header, `undefined` when it is absent; repeated ones are joined. */
  header(name: string): string | undefined;
  /** The Set-Cookie lines. */
  readonly cookies: readonly string[];
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Sends one request to a server on 127.0.0.1. `fetch` would not let a test choose every header. */
export function send(port: number, { method = "GET", path, headers = [], body }: Sent): Promise<Received> {
  const flat = headers.flat();
  if (!headers.some(([name]) => name.toLowerCase() === "host")) flat.unshift("Host", `127.0.0.1:${port}`);
  if (body !== undefined) flat.push("Content-Length", String(Buffer.byteLength(body)));
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, method, path, headers: flat, agent }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      incoming.on("error", reject);
      incoming.on("end", () => resolve(receive(incoming.statusCode ?? 0, incoming.rawHeaders, text)));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function receive(status: number, raw: readonly string[], body: string): Received {
  const headers = Array.from(
    { length: raw.length / 2 },
    (_, index) => [raw[2 * index]!.toLowerCase(), raw[2 * index + 1]!] as const,
  );
  const all = (name: string) => headers.filter(([key]) => key === name).map(([, value]) => value);
  return {
    status,
    headers,
    body,
    header: (name) => (all(name).length > 0 ? all(name).join(", ") : undefined),
    cookies: all("set-cookie"),
  };
}

/** What an HTML form sends. */
export function form(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

/** What a browser adds when a page of this site sends a form. */
export function formHeaders(origin: string): Header[] {
  return [
    ["Content-Type", "application/x-www-form-urlencoded"],
    ["Origin", origin],
    ["Sec-Fetch-Site", "same-origin"],
    ["Sec-Fetch-Mode", "navigate"],
    ["Sec-Fetch-Dest", "document"],
  ];
}

/** Where the form goes that has `mark` in it. */
export function formAction(html: string, mark: string): string {
  const found = html.match(/<form\b.*?<\/form>/gs)?.find((text) => text.includes(mark));
  const action = found?.match(/\baction="([^"]+)"/)?.[1];
  if (action === undefined) throw new Error(`There is no form with "${mark}" in the page.`);
  return action.replaceAll("&amp;", "&");
}
