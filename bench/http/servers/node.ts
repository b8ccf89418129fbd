import { getIronSession, nodeCookies } from "iron-session";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Exchange } from "coatcheck";
import { ironSessionRequest } from "../../candidates/iron-session.ts";
import { SECRET, type MaybePromise } from "../../candidates/candidate.ts";
import { SIZES, type Payload } from "../../lib/payloads.ts";
import { listening } from "../listening.ts";
import { HTML, page } from "../page.ts";
import type { HttpServer } from "../server.ts";
import { leaveAlone, LARGER, NONE, seal, TOUCHED, UNTOUCHED, userOf } from "../sessions.ts";

/** node:http and nothing else. */
export const nodeServers: readonly HttpServer[] = [
  server({ name: NONE, reads: false, seal }, () => undefined),
  server({ name: TOUCHED, reads: true, seal }, (request, response) =>
    userOf(new NodeExchange(request, response)),
  ),
  server({ name: LARGER, reads: true, size: SIZES.medium, seal }, (request, response) =>
    userOf(new NodeExchange(request, response)),
  ),
  server({ name: UNTOUCHED, reads: false, seal }, (request, response) =>
    leaveAlone(new NodeExchange(request, response)),
  ),
  server(
    { name: "iron-session", reads: true, slow: true, seal: ironSessionRequest.seal },
    async (request, response) => {
      const options = { password: SECRET, cookieName: "session" };
      return (await getIronSession<Partial<Payload>>(nodeCookies(request, response), options)).userId;
    },
  ),
];

type Find = (request: IncomingMessage, response: ServerResponse) => MaybePromise<unknown>;

function server(about: Omit<HttpServer, "listen">, find: Find): HttpServer {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const userId = await find(request, response);
    const body = Buffer.from(page(userId));
    response.writeHead(200, { "Content-Type": HTML, "Content-Length": body.length }).end(body);
  };
  return {
    ...about,
    listen: () => listening(createServer((request, response) => void answer(request, response))),
  };
}

/** What somebody writes who uses Coatcheck without a framework. */
class NodeExchange implements Exchange {
  readonly locals: Map<unknown, unknown> = new Map();
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get url(): string {
    return `http://${this.#request.headers.host}${this.#request.url}`;
  }

  header(name: string): string | null {
    return (this.#request.headers[name] as string | undefined) ?? null;
  }

  writable(): boolean {
    return !this.#response.headersSent;
  }

  setCookie(_name: string, line: string): void {
    this.#response.appendHeader("Set-Cookie", line);
  }

  markPrivate(): void {
    this.#response.setHeader("Vary", "Cookie");
    this.#response.setHeader("Cache-Control", "private, no-store");
  }
}
