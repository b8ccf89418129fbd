import type { Payload } from "../lib/payloads.ts";
import { cookieHeader, IN_FLIGHT, SECRET, type Candidate } from "./candidate.ts";

type Cookies = typeof import("better-auth/cookies");

/** Loaded by those alone who use it: it takes 0.2 s. */
let loaded: Cookies | undefined;

const NAME = "better-auth.session_data";
const WEEK = 7 * 24 * 3600;

/**
 * Better Auth's `getCookieCache`, which reads a session and its user from a cookie without asking the database.
 *
 * @param strategy - "compact" is the default: signed, not encrypted. "jwe" encrypts.
 */
export function betterAuthCookie(strategy: "compact" | "jwe"): Candidate {
  const config = { secret: SECRET, strategy, isSecure: false } as const;

  async function read(cookie: string): Promise<Payload | undefined> {
    loaded ??= await import("better-auth/cookies");
    const found = await loaded.getCookieCache(new Headers({ cookie }), config).catch(() => null);
    const data = found?.session["data"] as string | undefined;
    return data === undefined ? undefined : (JSON.parse(data) as Payload);
  }

  return {
    name: `Better Auth, cookie cache${strategy === "jwe" ? " (JWE)" : ""}`,
    inFlight: IN_FLIGHT,
    slow: true,
    async seal(data) {
      const lines: string[] = [];
      loaded ??= await import("better-auth/cookies");
      await loaded.setCookieCache(contextOf(strategy, lines), sessionOf(data), false);
      return cookieHeader(...lines);
    },
    open: async (cookie) => (await read(cookie))?.userId,
    read,
  };
}

type Context = Parameters<Cookies["setCookieCache"]>[0];

/** As much of its context as sealing looks at. */
function contextOf(strategy: string, lines: string[]): Context {
  const cookie = { name: NAME, attributes: { maxAge: WEEK, path: "/", httpOnly: true } };
  return {
    context: {
      options: {
        session: {
          cookieCache: { enabled: true, strategy },
          additionalFields: { data: { type: "string", required: false } },
        },
      },
      authCookies: { sessionData: cookie },
      sessionConfig: {},
      secret: SECRET,
      secretConfig: SECRET,
      // It is told of large cookies, at a level that is not written.
      logger: { debug: () => {} },
    },
    headers: new Headers(),
    setCookie: (name: string, value: string) => lines.push(`${name}=${value}`),
  } as unknown as Context;
}

function sessionOf(data: Payload): Parameters<Cookies["setCookieCache"]>[1] {
  const [id, now] = [String(data.userId), new Date()];
  const expiresAt = new Date(now.getTime() + WEEK * 1000);
  const dates = { createdAt: now, updatedAt: now };
  const user = { id, name: data.name, email: `${id}@school.example`, emailVerified: true, ...dates };
  const token = crypto.randomUUID();
  const session = {
    id: crypto.randomUUID(),
    userId: id,
    token,
    expiresAt,
    data: JSON.stringify(data),
    ...dates,
  };
  return { user, session };
}
