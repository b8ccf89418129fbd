import secureSession from "@fastify/secure-session";
import { fastify, type FastifyInstance } from "fastify";
import { createHash } from "node:crypto";
import {
  cookieHeader,
  OTHER_SECRET,
  SECRET,
  type Candidate,
  type CookieJar,
  type RequestCandidate,
} from "./candidate.ts";

declare module "@fastify/secure-session" {
  interface SessionData {
    readonly role: string;
  }
}

/** An application with the plugin. @param secrets - The first one seals, all of them open. */
export async function secureSessionApp(secrets: readonly string[]): Promise<FastifyInstance> {
  const app = fastify();
  const keys = secrets.map((secret) => createHash("sha256").update(secret).digest());
  await app.register(secureSession, { key: keys });
  await app.ready();
  return app;
}

const app = await secureSessionApp([SECRET]);
const elsewhere = secureSessionIn(await secureSessionApp([OTHER_SECRET]));

/** What the plugin's own hooks call for every request: encode, decode, and the session object in between. */
export const secureSessionToken: Candidate = {
  name: "@fastify/secure-session, token only",
  inFlight: 1,
  seal: (data) => app.encodeSecureSession(app.createSecureSession({ ...data })),
  open: (token) => app.decodeSecureSession(token)?.get("userId"),
  read: (token) => app.decodeSecureSession(token)?.data(),
};

/** The same after @fastify/cookie, as the plugin's `onRequest` and `onSend` do it; no server, no hooks. */
export const secureSessionRequest: RequestCandidate = {
  name: "@fastify/secure-session, Cookie header",
  inFlight: 1,
  ...secureSessionIn(app),
  sealElsewhere: elsewhere.seal,
};

/** From the `Cookie` header on, in an application. */
export function secureSessionIn(within: FastifyInstance): CookieJar {
  type Session = ReturnType<typeof within.createSecureSession>;
  const sessionOf = (cookie: string): Session | null =>
    within.decodeSecureSession(within.parseCookie(cookie)["session"]!);
  const headerOf = (session: Session): string => {
    const token = within.encodeSecureSession(session);
    return cookieHeader(within.serializeCookie("session", token, { path: "/", httpOnly: true }));
  };
  return {
    seal: (data) => headerOf(within.createSecureSession({ ...data })),
    open: (cookie) => sessionOf(cookie)?.get("userId"),
    read: (cookie) => sessionOf(cookie)?.data(),
    change(cookie, role) {
      const session = sessionOf(cookie)!;
      session.set("role", role);
      return headerOf(session);
    },
  };
}
