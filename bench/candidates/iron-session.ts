import { parseCookie, stringifySetCookie, type SetCookie } from "cookie";
import { getIronSession, sealData, unsealData, type CookieJar, type IronSession } from "iron-session";
import type { Payload } from "../lib/payloads.ts";
import {
  cookieHeader,
  IN_FLIGHT,
  OTHER_SECRET,
  SECRET,
  type Candidate,
  type RequestCandidate,
} from "./candidate.ts";

const options = { password: SECRET, cookieName: "session" };

/** `sealData` and `unsealData` as they come. */
export const ironSession: Candidate = {
  name: "iron-session, token only",
  inFlight: IN_FLIGHT,
  slow: true,
  seal: (data) => sealData(data, options),
  open: async (token) => (await unsealData<Partial<Payload>>(token, options)).userId,
  read: (token) => unsealData<Partial<Payload>>(token, options),
};

/** Through a cookie jar, which is the least that it asks for: with iron-session's own `cookie` behind, and no request made up. */
function sessionOf(
  cookie: string | undefined,
  lines: string[],
  settings = options,
): Promise<IronSession<Partial<Payload>>> {
  const jar: CookieJar = {
    read: (name) => parseCookie(cookie ?? "")[name],
    write: (name, value, attributes) =>
      void lines.push(stringifySetCookie({ ...(attributes as Partial<SetCookie>), name, value })),
  };
  return getIronSession<Partial<Payload>>(jar, settings);
}

/** `getIronSession`, from the `Cookie` header on. */
export const ironSessionRequest: RequestCandidate = {
  name: "iron-session, getIronSession",
  inFlight: IN_FLIGHT,
  slow: true,
  seal: (data) => save(data, undefined),
  open: async (cookie) => (await sessionOf(cookie, [])).userId,
  read: async (cookie) => ({ ...(await sessionOf(cookie, [])) }),
  sealElsewhere: (data) => save(data, undefined, { ...options, password: OTHER_SECRET }),
  change: (cookie, role) => save({ role }, cookie),
};

async function save(data: Partial<Payload>, cookie: string | undefined, settings = options): Promise<string> {
  const lines: string[] = [];
  const session = await sessionOf(cookie, lines, settings);
  Object.assign(session, data);
  await session.save();
  return cookieHeader(...lines);
}
