import { H3, toNodeHandler, useSession, type H3Event } from "h3";
import { createServer } from "node:http";
import { openExchange } from "../../../src/adapters/solid-start/exchange.ts";
import { SECRET, type MaybePromise } from "../../candidates/candidate.ts";
import { h3Request } from "../../candidates/h3.ts";
import { SIZES, type Payload } from "../../lib/payloads.ts";
import { NEW } from "../../scenarios/tokens.ts";
import { listening } from "../listening.ts";
import { HTML, page, SOMEBODY } from "../page.ts";
import type { HttpServer } from "../server.ts";
import {
  leaveAlone,
  LARGER,
  MARKED,
  NEW_TOKENS,
  NONE,
  seal,
  TOUCHED,
  UNTOUCHED,
  userOf,
} from "../sessions.ts";

/** h3 on node:http. Coatcheck is given what its SolidStart adapter makes of an h3 event. */
export const h3Servers: readonly HttpServer[] = [
  server({ name: NONE, reads: false, seal }, () => SOMEBODY),
  server({ name: MARKED, reads: false, seal }, (event) => {
    openExchange(event).markPrivate();
    return SOMEBODY;
  }),
  server({ name: TOUCHED, reads: true, seal }, (event) => userOf(openExchange(event))),
  server({ name: LARGER, reads: true, size: SIZES.medium, seal }, (event) => userOf(openExchange(event))),
  server({ name: NEW_TOKENS, reads: true, visitors: NEW, seal }, (event) => userOf(openExchange(event))),
  server({ name: UNTOUCHED, reads: false, seal }, (event) => leaveAlone(openExchange(event))),
  server({ name: "h3, useSession", reads: true, slow: true, seal: h3Request.seal }, async (event) => {
    const session = await useSession<Payload>(event, { password: SECRET });
    return session.data.userId;
  }),
];

function server(
  about: Omit<HttpServer, "listen">,
  find: (event: H3Event) => MaybePromise<unknown>,
): HttpServer {
  const app = new H3();
  app.get("/", async (event) => {
    const userId = await find(event);
    event.res.headers.set("Content-Type", HTML);
    return page(userId);
  });
  return { ...about, listen: () => listening(createServer(toNodeHandler(app) as never)) };
}
