import { H3Event, sealSession, unsealSession, useSession } from "h3";
import type { Payload } from "../lib/payloads.ts";
import { cookieHeader, IN_FLIGHT, SECRET, type Candidate } from "./candidate.ts";

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
export const h3Request: Candidate = {
  name: "h3, useSession",
  inFlight: IN_FLIGHT,
  async seal(data) {
    const event = eventOf();
    event.context.sessions = { h3: { id: crypto.randomUUID(), createdAt: Date.now(), data: {} } };
    const session = await useSession<Payload>(event, config);
    await session.update(data);
    return event.res.headers.getSetCookie().map(cookieHeader).join("; ");
  },
  open: async (cookie) => (await useSession<Payload>(eventOf(cookie), config)).data.userId,
  read: async (cookie) => (await useSession<Payload>(eventOf(cookie), config)).data,
};
