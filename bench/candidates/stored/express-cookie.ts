import { createHmac } from "node:crypto";
import { makeData, tokenOf } from "../../lib/rows.ts";
import { cookieHeader, SECRET } from "../candidate.ts";

/** A session as express-session hands it to its store. */
export function expressSession(row: number): object {
  return {
    cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: "/" },
    ...makeData(row),
  };
}

/** The `Cookie` header of a session's visitor. */
export function expressCookie(row: number): string {
  return signedCookie(tokenOf(row));
}

/** The session id, signed. */
export function signedCookie(id: string): string {
  const signature = createHmac("sha256", SECRET).update(id).digest("base64").replace(/=+$/, "");
  return cookieHeader(`connect.sid=${encodeURIComponent(`s:${id}.${signature}`)}`);
}
