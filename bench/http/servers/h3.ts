import { H3, toNodeHandler, useSession, type H3Event } from "h3";
import { createServer } from "node:http";
import { openExchange } from "../../../src/adapters/solid-start/exchange.ts";
import { SECRET, type MaybePromise } from "../../candidates/candidate.ts";
import { h3Request } from "../../candidates/h3.ts";
import type { Payload } from "../../lib/payloads.ts";
import { listening } from "../listening.ts";
import { HTML, page } from "../page.ts";
import type { HttpServer } from "../server.ts";
import { serversOver, type About } from "./over-exchange.ts";

/** h3 on node:http. Coatcheck is given what its SolidStart adapter makes of an h3 event. */
export const h3Servers: readonly HttpServer[] = [
  ...serversOver(server, openExchange),
  server({ name: "h3, useSession", reads: true, slow: true, seal: h3Request.seal }, async (event) => {
    const session = await useSession<Payload>(event, { password: SECRET });
    return session.data.userId;
  }),
];

function server(about: About, find: (event: H3Event) => MaybePromise<unknown>): HttpServer {
  const app = new H3();
  app.get("/", async (event) => {
    const userId = await find(event);
    event.res.headers.set("Content-Type", HTML);
    return page(userId);
  });
  return { ...about, listen: () => listening(createServer(toNodeHandler(app) as never)) };
}
