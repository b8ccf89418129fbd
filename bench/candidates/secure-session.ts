import secureSession from "@fastify/secure-session";
import { fastify } from "fastify";
import { createHash } from "node:crypto";
import { cookieHeader, SECRET, type Candidate } from "./candidate.ts";

const app = fastify();
await app.register(secureSession, { key: createHash("sha256").update(SECRET).digest() });
await app.ready();

/** What the plugin's own hooks call for every request: encode, decode, and the session object in between. */
export const secureSessionToken: Candidate = {
  name: "@fastify/secure-session, token only",
  inFlight: 1,
  seal: (data) => app.encodeSecureSession(app.createSecureSession({ ...data })),
  open: (token) => app.decodeSecureSession(token)?.get("userId"),
  read: (token) => app.decodeSecureSession(token)?.data(),
};

/** The same after @fastify/cookie, as the plugin's `onRequest` and `onSend` do it; no server, no hooks. */
export const secureSessionRequest: Candidate = {
  name: "@fastify/secure-session, Cookie header",
  inFlight: 1,
  seal: (data) =>
    cookieHeader(
      app.serializeCookie("session", app.encodeSecureSession(app.createSecureSession({ ...data })), {
        path: "/",
        httpOnly: true,
      }),
    ),
  open: (cookie) => app.decodeSecureSession(app.parseCookie(cookie)["session"]!)?.get("userId"),
  read: (cookie) => app.decodeSecureSession(app.parseCookie(cookie)["session"]!)?.data(),
};
