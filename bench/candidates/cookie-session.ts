import cookieSession from "cookie-session";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Payload } from "../lib/payloads.ts";
import { cookieHeader, OTHER_SECRET, SECRET, type CookieJar, type RequestCandidate } from "./candidate.ts";

/** cookie-session's middleware, from the `Cookie` header on. The data are signed with HMAC-SHA1, and anybody can read them. */
export const cookieSessionRequest: RequestCandidate = {
  name: "cookie-session, signed only",
  inFlight: 1,
  ...cookieSessionOf(SECRET),
  sealElsewhere: cookieSessionOf(OTHER_SECRET).seal,
};

interface Visited extends IncomingMessage {
  session: Partial<Payload>;
}

function cookieSessionOf(secret: string): CookieJar {
  const middleware = cookieSession({ secret });

  /** Runs the middleware, with what follows it, and sends the head of the response. */
  function visit<Answer>(cookie: string | undefined, then: (request: Visited) => Answer): [Answer, string[]] {
    const request = { headers: { cookie }, connection: {} } as unknown as Visited;
    const response = new BareResponse();
    let answer: Answer;
    middleware(request, response as unknown as ServerResponse, () => (answer = then(request)));
    response.writeHead();
    return [answer!, response.lines];
  }

  return {
    seal: (data) => cookieHeader(...visit(undefined, (request) => (request.session = { ...data }))[1]),
    open: (cookie) => visit(cookie, ({ session }) => session.userId)[0],
    read: (cookie) => visit(cookie, ({ session }) => ({ ...session }))[0],
    change(cookie, role) {
      const [, lines] = visit(cookie, ({ session }) => Object.assign(session, { role }));
      return cookieHeader(...lines);
    },
  };
}

/** As much of a response as is looked at; `on-headers` puts itself into `writeHead`. */
class BareResponse {
  lines: string[] = [];

  getHeader(): string[] {
    return this.lines;
  }

  setHeader(_name: string, lines: string[]): void {
    this.lines = lines;
  }

  writeHead(): void {}
}
