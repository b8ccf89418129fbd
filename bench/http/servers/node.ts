import { getIronSession, nodeCookies } from "iron-session";
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import type { Exchange } from "coatcheck";
import { ironSessionRequest } from "../../candidates/iron-session.ts";
import { SECRET, type MaybePromise } from "../../candidates/candidate.ts";
import type { Payload } from "../../lib/payloads.ts";
import { listening } from "../listening.ts";
import { HTML, page } from "../page.ts";
import type { HttpServer } from "../server.ts";
import { serversOver, type About } from "./over-exchange.ts";

/** node:http and nothing else. */
export const nodeServers: readonly HttpServer[] = [
  ...serversOver(server, (...about) => new NodeExchange(...about)),
  server(
    { name: "iron-session", reads: true, slow: true, seal: ironSessionRequest.seal },
    async (request, response) => {
      const options = { password: SECRET, cookieName: "session" };
      return (await getIronSession<Partial<Payload>>(nodeCookies(request, response), options)).userId;
    },
  ),
];

/** Finds out whose page it is. @param headers - Those of the answer, to add to. */
type Find = (
  request: IncomingMessage,
  response: ServerResponse,
  headers: OutgoingHttpHeaders,
) => MaybePromise<unknown>;

function server(about: About, find: Find): HttpServer {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers: OutgoingHttpHeaders = {};
    const userId = await find(request, response, headers);
    const body = Buffer.from(page(userId));
    headers["Content-Type"] = HTML;
    headers["Content-Length"] = body.length;
    response.writeHead(200, headers).end(body);
  };
  return {
    ...about,
    listen: () => listening(createServer((request, response) => void answer(request, response))),
  };
}

/** What somebody writes who uses Coatcheck without a framework: node:http writes the headers of a head at once faster than one after the other. */
class NodeExchange implements Exchange {
  readonly locals: Map<unknown, unknown> = new Map();
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #headers: OutgoingHttpHeaders;

  constructor(request: IncomingMessage, response: ServerResponse, headers: OutgoingHttpHeaders) {
    this.#request = request;
    this.#response = response;
    this.#headers = headers;
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
    this.#headers["Set-Cookie"] = line;
  }

  markPrivate(): void {
    this.#headers["Vary"] = "Cookie";
    this.#headers["Cache-Control"] = "private, no-store";
  }
}
