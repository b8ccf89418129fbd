import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Writable } from "node:stream";
import express, { type Handler } from "express";

/** A request with what its handler has found. */
export interface Asked extends IncomingMessage {
  readonly session?: { readonly userId?: number };
  answer?: unknown;
}

/** An application with one route. @returns what sends it a request and resolves once the response is out. */
export function application(
  find: (request: Asked) => unknown,
  middleware?: Handler,
): (headers: Record<string, string>) => Promise<unknown> {
  const app = express();
  if (middleware !== undefined) app.use(middleware);
  app.get("/", (request, response) => {
    const asked: Asked = request;
    asked.answer = find(asked);
    response.end();
  });
  return (headers) =>
    new Promise((resolve) => {
      const request: Asked = Object.assign(new IncomingMessage(unused), { method: "GET", url: "/", headers });
      const response = new ServerResponse(request);
      response.assignSocket(new Sink() as unknown as Socket);
      response.once("finish", () => resolve(request.answer));
      app(request, response);
    });
}

/** Never connected: a request only has to have one. */
const unused = new Socket();

/** The visitor's end, which takes everything at once. */
class Sink extends Writable {
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}
