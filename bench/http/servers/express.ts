import cookieSession from "cookie-session";
import express, { type Handler } from "express";
import expressSession, { MemoryStore } from "express-session";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { SECRET } from "../../candidates/candidate.ts";
import { cookieSessionRequest } from "../../candidates/cookie-session.ts";
import { signedCookie } from "../../candidates/stored/express-cookie.ts";
import type { Payload } from "../../lib/payloads.ts";
import { listening } from "../listening.ts";
import { HTML, page, SOMEBODY } from "../page.ts";
import type { HttpServer } from "../server.ts";
import { NONE, seal } from "../sessions.ts";

const store = new MemoryStore();

/** express, and two kinds of sessions that are made for it. */
export const expressServers: readonly HttpServer[] = [
  server({ name: NONE, reads: false, seal }),
  server(
    { name: "express-session, in memory", reads: true, seal: keep },
    expressSession({ store, secret: SECRET, resave: false, saveUninitialized: false }),
  ),
  server(
    { name: "cookie-session, signed only", reads: true, seal: cookieSessionRequest.seal },
    cookieSession({ secret: SECRET }),
  ),
];

interface Visited extends IncomingMessage {
  readonly session?: Partial<Payload>;
}

function server(about: Omit<HttpServer, "listen">, middleware?: Handler): HttpServer {
  return {
    ...about,
    listen() {
      const app = express();
      if (middleware !== undefined) app.use(middleware);
      app.get("/", (request, response) => {
        const body = Buffer.from(page(about.reads ? (request as Visited).session?.userId : SOMEBODY));
        response.writeHead(200, { "Content-Type": HTML, "Content-Length": body.length }).end(body);
      });
      return listening(createServer(app));
    },
  };
}

/** Puts a session into the store, as a visit would have. @returns the `Cookie` header of its visitor. */
async function keep(data: Payload): Promise<string> {
  const id = randomUUID();
  const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: "/" };
  await new Promise<void>((resolve) => {
    store.set(id, { cookie, ...data }, () => resolve());
  });
  return signedCookie(id);
}
