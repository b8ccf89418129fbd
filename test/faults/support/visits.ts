import { Agent, request as ask } from "node:http";
import type { TestNode } from "../../support/nodes.ts";

/** What came of a request of somebody who logs in, or is in. */
export interface Visit {
  readonly status: number;
  /** All that was received, but for the date: status, headers and body as they came. */
  readonly text: string;
  readonly body: string;
  /** Whole seconds of `Retry-After`; `undefined` without one. */
  readonly retryAfter: number | undefined;
  /** The `Cookie` header that a browser would send afterwards. */
  readonly cookie: string | undefined;
  /** Milliseconds until the answer was there. */
  readonly took: number;
}

/** What is sent, and as whom. */
export interface VisitOptions {
  /** A form to be posted. @default none: a GET request */
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly cookie?: string | undefined;
  /** Where the visitor comes from, as a proxy would say. @default 127.0.0.1 */
  readonly address?: string | undefined;
}

/** As a proxy has them. Where every request brings a connection, it waits for Node to accept that, which takes one at a time. */
const agent = new Agent({ keepAlive: true, maxSockets: 128, maxFreeSockets: 128, scheduling: "fifo" });
const PATIENCE_MS = 60_000;

/** Sends a request to a node and waits for the whole answer. @throws when there is none */
export function visit(
  { port }: Pick<TestNode, "port">,
  path: string,
  options: VisitOptions = {},
): Promise<Visit> {
  const { form, cookie, address } = options;
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = {
    ...(cookie !== undefined && { cookie }),
    ...(address !== undefined && { "x-forwarded-for": address }),
    ...(body !== undefined && {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(body.length),
    }),
  };
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const outgoing = ask({ host: "127.0.0.1", port, path, agent, headers, method }, (incoming) => {
      let received = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (text: string) => (received += text));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const took = performance.now() - start;
        const { statusCode = 0, statusMessage = "", headersDistinct, rawHeaders } = incoming;
        const [retryAfter] = headersDistinct["retry-after"] ?? [];
        resolve({
          status: statusCode,
          text: [statusCode, statusMessage, ...withoutDate(rawHeaders), received].join("\n"),
          body: received,
          retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
          cookie: afterwards(cookie, headersDistinct["set-cookie"] ?? []),
          took,
        });
      });
    });
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error(`${path} was not answered.`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function withoutDate(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, n) => rawHeaders[n - (n % 2)]!.toLowerCase() !== "date");
}

function afterwards(cookie: string | undefined, lines: readonly string[]): string | undefined {
  const jar = new Map<string, string>();
  for (const pair of [...(cookie ?? "").split("; "), ...lines.map((line) => line.split(";")[0]!)])
    if (pair !== "") jar.set(pair.slice(0, pair.indexOf("=")), pair);
  return jar.size === 0 ? undefined : [...jar.values()].join("; ");
}
