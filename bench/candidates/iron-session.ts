import { getIronSession, sealData, unsealData, webCookies, type IronSession } from "iron-session";
import type { Payload } from "../lib/payloads.ts";
import { cookieHeader, IN_FLIGHT, SECRET, type Candidate } from "./candidate.ts";

const options = { password: SECRET, cookieName: "session" };

/** `sealData` and `unsealData` as they come. */
export const ironSession: Candidate = {
  name: "iron-session, token only",
  inFlight: IN_FLIGHT,
  seal: (data) => sealData(data, options),
  open: async (token) => (await unsealData<Partial<Payload>>(token, options)).userId,
  read: (token) => unsealData<Partial<Payload>>(token, options),
};

function sessionOf(cookie: string | undefined, headers: Headers): Promise<IronSession<Partial<Payload>>> {
  const request = new Request("https://app.example/", cookie === undefined ? {} : { headers: { cookie } });
  return getIronSession<Partial<Payload>>(webCookies(request, headers), options);
}

/** `getIronSession`, from the `Cookie` header on. */
export const ironSessionRequest: Candidate = {
  name: "iron-session, getIronSession",
  inFlight: IN_FLIGHT,
  async seal(data) {
    const headers = new Headers();
    const session = await sessionOf(undefined, headers);
    Object.assign(session, data);
    await session.save();
    return cookieHeader(headers.getSetCookie()[0]!);
  },
  open: async (cookie) => (await sessionOf(cookie, new Headers())).userId,
  read: async (cookie) => ({ ...(await sessionOf(cookie, new Headers())) }),
};
