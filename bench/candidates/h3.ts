import { H3Event, sealSession, unsealSession, useSession } from "h3";
import type { Payload } from "../lib/payloads.ts";
import {
  cookieHeader,
  IN_FLIGHT,
  OTHER_SECRET,
  SECRET,
  type Candidate,
  type RequestCandidate,
} from "./candidate.ts";

const config = { password: SECRET };

function eventOf(cookie?: string): H3Event {
  return new H3Event(
    new Request("https://app.example/", cookie === undefined ? {} : { headers: { cookie } }),
  );
}

/** h3's `sealSession` and `unsealSession` as they come. */
export const h3: Candidate = {
  name: "h3, token only",
  inFlight: IN_FLIGHT,
  slow: true,
  seal(data) {
    const event = eventOf();
    event.context.sessions = { h3: { id: crypto.randomUUID(), createdAt: Date.now(), data: { ...data } } };
    return sealSession(event, config);
  },
  open: async (token) => (await read(token))?.userId,
  read,
};

async function read(token: string): Promise<Partial<Payload> | undefined> {
  try {
    return (await unsealSession(unusedEvent, config, token)).data;
  } catch {
    return undefined;
  }
}

/** `unsealSession` takes an event and does not look at it. */
const unusedEvent = eventOf();

/** h3's `useSession`, from the `Cookie` header on. */
export const h3Request: RequestCandidate = {
  name: "h3, useSession",
  inFlight: IN_FLIGHT,
  slow: true,
  seal: (data) => start(data, SECRET),
  open: async (cookie) => (await useSession<Payload>(eventOf(cookie), config)).data.userId,
  read: async (cookie) => (await useSession<Payload>(eventOf(cookie), config)).data,
  sealElsewhere: (data) => start(data, OTHER_SECRET),
  async change(cookie, role) {
    const event = eventOf(cookie);
    const session = await useSession<Payload>(event, config);
    await session.update({ role });
    return cookieHeader(...event.res.headers.getSetCookie());
  },
};

async function start(data: Payload, password: string): Promise<string> {
  const event = eventOf();
  event.context.sessions = { h3: { id: crypto.randomUUID(), createdAt: Date.now(), data: {} } };
  const session = await useSession<Payload>(event, { password });
  await session.update(data);
  return cookieHeader(...event.res.headers.getSetCookie());
}
