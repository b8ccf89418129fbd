import { createHmac } from "node:crypto";
import { makeData, tokenOf } from "../../lib/rows.ts";
import { SECRET } from "../candidate.ts";

/** A session as express-session hands it to its store. */
export function expressSession(row: number): object {
  return {
    cookie: { originalMaxAge: null, expires: null, httpOnly: true, path: "/" },
    ...makeData(row),
  };
}

/** The `Cookie` header of a session's visitor: the session id, signed. */
export function expressCookie(row: number): string {
  const id = tokenOf(row);
  const signature = createHmac("sha256", SECRET).update(id).digest("base64").replace(/=+$/, "");
  return `theme=dark; connect.sid=${encodeURIComponent(`s:${id}.${signature}`)}`;
}
