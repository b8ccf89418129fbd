import secureSession from "@fastify/secure-session";
import { fastify } from "fastify";
import { createHash } from "node:crypto";
import { SECRET } from "../../candidates/candidate.ts";
import { secureSessionRequest } from "../../candidates/secure-session.ts";
import { HTML, page, SOMEBODY } from "../page.ts";
import type { HttpServer } from "../server.ts";
import { NONE, seal } from "../sessions.ts";

/** fastify, and its own sessions. */
export const fastifyServers: readonly HttpServer[] = [
  {
    name: NONE,
    reads: false,
    seal,
    async listen() {
      const app = fastify({ keepAliveTimeout: 600_000 });
      app.get("/", (_request, reply) => reply.type(HTML).send(page(SOMEBODY)));
      return portOf(await app.listen({ port: 0, host: "127.0.0.1" }));
    },
  },
  {
    name: "@fastify/secure-session",
    reads: true,
    seal: secureSessionRequest.seal,
    async listen() {
      const app = fastify({ keepAliveTimeout: 600_000 });
      await app.register(secureSession, { key: createHash("sha256").update(SECRET).digest() });
      app.get("/", (request, reply) => reply.type(HTML).send(page(request.session.get("userId"))));
      return portOf(await app.listen({ port: 0, host: "127.0.0.1" }));
    },
  },
];

function portOf(address: string): number {
  return Number(new URL(address).port);
}
