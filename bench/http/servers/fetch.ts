import { toNodeHandler, type H3 } from "h3";
import { createServer } from "node:http";
import { useSession, withSessions, type FetchHandler } from "coatcheck/fetch";
import { listening } from "../listening.ts";
import { HTML, page, SOMEBODY } from "../page.ts";
import type { HttpServer } from "../server.ts";
import { NONE, seal, sessions, TOUCHED, UNTOUCHED } from "../sessions.ts";

/** Functions from a Request to a Response, on node:http. */
export const fetchServers: readonly HttpServer[] = [
  server({ name: NONE, reads: false, seal }, () => answer(SOMEBODY)),
  server(
    { name: UNTOUCHED, reads: false, seal },
    withSessions(async (request) => {
      await useSession(request, sessions);
      return answer(SOMEBODY);
    }),
  ),
  server(
    { name: TOUCHED, reads: true, seal },
    withSessions(async (request) => {
      const session = await useSession(request, sessions);
      return answer(session.data.userId);
    }),
  ),
];

function answer(userId: unknown): Response {
  return new Response(page(userId), { headers: { "Content-Type": HTML } });
}

function server(about: Omit<HttpServer, "listen">, fetch: FetchHandler): HttpServer {
  // As much of an h3 application as the bridge asks for, which is srvx's: h3 itself has no part in it.
  const handler = toNodeHandler({ fetch } as H3);
  return { ...about, listen: () => listening(createServer(handler as never)) };
}
