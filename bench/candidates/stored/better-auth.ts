import { createHmac } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { Pool } from "pg";
import { sample, tokenOf } from "../../lib/rows.ts";
import { betterAuthOptions } from "../../stages/better-auth-rows.ts";
import { postgresPool, sqlitePath } from "../../stages/connect.ts";
import { cookieHeader, SECRET } from "../candidate.ts";
import { userIn, type Reader } from "./reader.ts";

/** One setting of Better Auth beside its defaults. */
export type Mode = "as it comes" | "joins" | "cookie cache";

/** Cookies with a whole session in them: they are long, and nothing depends on their number. */
const CACHED_COOKIES = 256;
const DAY = 24 * 3600;

interface Database {
  readonly database: DatabaseSync | Pool;
  readonly end: () => Promise<unknown>;
}

const databases = {
  async sqlite(): Promise<Database> {
    const database = new DatabaseSync(sqlitePath("better-auth"));
    return { database, end: async () => database.close() };
  },
  async postgres(): Promise<Database> {
    const database = postgresPool();
    return { database, end: () => database.end() };
  },
};

/**
 * `auth.api.getSession({ headers })`, and `JSON.parse` of the data.
 *
 * @param mode - Joins: session and user in one query. Cookie cache: signed in a second cookie, without any query.
 */
export function betterAuthReader(where: keyof typeof databases, mode: Mode): Reader {
  return {
    name: `Better Auth, ${mode}`,
    async prepare() {
      const { database, end } = await databases[where]();
      // Here, because it takes 0.2 s to load, and the other tasks do without.
      const { betterAuth } = await import("better-auth");
      const options = betterAuthOptions(database);
      const auth = betterAuth({
        ...options,
        session: {
          ...options.session,
          cookieCache: { enabled: mode === "cookie cache", maxAge: DAY },
        },
        advanced: { database: { joins: mode === "joins" } },
      });
      const { authCookies } = await auth.$context;
      const rows = sample(mode === "cookie cache" ? CACHED_COOKIES : undefined);
      const cookies = rows.map((row) => cookieOf(authCookies.sessionToken.name, row));
      if (mode === "cookie cache")
        for (const [n, cookie] of cookies.entries()) cookies[n] += await cachedPart(auth, cookie);
      return {
        rows,
        async read(n) {
          const found = await auth.api.getSession({ headers: new Headers({ cookie: cookies[n]! }) });
          return found?.session.data ? userIn(found.session.data) : undefined;
        },
        end,
      };
    },
  };
}

/** The `Cookie` header of a session's visitor: the token, signed. */
function cookieOf(name: string, row: number): string {
  const token = tokenOf(row);
  const signature = createHmac("sha256", SECRET).update(token).digest("base64");
  return cookieHeader(`${name}=${encodeURIComponent(`${token}.${signature}`)}`);
}

/** The cookie that its cache sets at the first request. */
async function cachedPart(
  auth: {
    api: {
      getSession(options: { headers: Headers; returnHeaders: true }): Promise<{ headers: Headers }>;
    };
  },
  cookie: string,
): Promise<string> {
  const headers = new Headers({ cookie });
  const { headers: answered } = await auth.api.getSession({ headers, returnHeaders: true });
  return answered
    .getSetCookie()
    .map((line) => `; ${line.slice(0, line.indexOf(";"))}`)
    .join("");
}
