import type { Exchange } from "coatcheck";
import type { MaybePromise } from "../../candidates/candidate.ts";
import { SIZES } from "../../lib/payloads.ts";
import { NEW } from "../../scenarios/tokens.ts";
import { SOMEBODY } from "../page.ts";
import type { HttpServer } from "../server.ts";
import {
  leaveAlone,
  LARGER,
  LOOKED,
  MARKED,
  NEW_TOKENS,
  NONE,
  seal,
  TOUCHED,
  UNTOUCHED,
  userOf,
} from "../sessions.ts";

/** What tells the servers of a framework apart. */
export type About = Omit<HttpServer, "listen">;

/**
 * The page without a session and with Coatcheck's, on a framework without an adapter.
 *
 * @param server - Makes a server of the framework, from what finds out whose page it is.
 * @param exchangeOf - The exchange of what the framework hands out for a request.
 */
export function serversOver<Request extends unknown[]>(
  server: (about: About, find: (...request: Request) => MaybePromise<unknown>) => HttpServer,
  exchangeOf: (...request: Request) => Exchange,
): HttpServer[] {
  const reading = (...request: Request) => userOf(exchangeOf(...request));
  return [
    server({ name: NONE, reads: false, seal }, () => SOMEBODY),
    server({ name: MARKED, reads: false, seal }, (...request) => {
      exchangeOf(...request).markPrivate();
      return SOMEBODY;
    }),
    server({ name: LOOKED, reads: false, seal }, (...request) => {
      const exchange = exchangeOf(...request);
      exchange.markPrivate();
      return exchange.header("cookie") === null ? undefined : SOMEBODY;
    }),
    server({ name: TOUCHED, reads: true, seal }, reading),
    server({ name: LARGER, reads: true, size: SIZES.medium, seal }, reading),
    server({ name: NEW_TOKENS, reads: true, visitors: NEW, seal }, reading),
    server({ name: UNTOUCHED, reads: false, seal }, (...request) => leaveAlone(exchangeOf(...request))),
  ];
}
