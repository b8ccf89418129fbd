import { getIronSession, sealData, unsealData, webCookies, type IronSession } from "iron-session";
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

function sessionOf(
  cookie: string | undefined,
  headers: Headers,
  settings = options,
): Promise<IronSession<Partial<Payload>>> {
  const request = new Request("https://app.example/", cookie === undefined ? {} : { headers: { cookie } });
  return getIronSession<Partial<Payload>>(webCookies(request, headers), settings);
}

/** `getIronSession`, from the `Cookie` header on. */
export const ironSessionRequest: RequestCandidate = {
  name: "iron-session, getIronSession",
  inFlight: IN_FLIGHT,
  slow: true,
  seal: (data) => save(data, undefined),
  open: async (cookie) => (await sessionOf(cookie, new Headers())).userId,
  read: async (cookie) => ({ ...(await sessionOf(cookie, new Headers())) }),
  sealElsewhere: (data) => save(data, undefined, { ...options, password: OTHER_SECRET }),
  change: (cookie, role) => save({ role }, cookie),
};

async function save(data: Partial<Payload>, cookie: string | undefined, settings = options): Promise<string> {
  const headers = new Headers();
  const session = await sessionOf(cookie, headers, settings);
  Object.assign(session, data);
  await session.save();
  return cookieHeader(...headers.getSetCookie());
}
