import { createEvent, sealSession, unsealSession, type H3Event } from "h3-v1";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Payload } from "../lib/payloads.ts";
import { IN_FLIGHT, SECRET, type Candidate } from "./candidate.ts";

const config = { password: SECRET };

/** h3's `sealSession` and `unsealSession` as SolidStart 1, Nuxt and Nitro 2 have them: with one round of PBKDF2. */
export const h3v1: Candidate = {
  name: "h3 1, token only",
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

function eventOf(): H3Event {
  const request = new IncomingMessage(new Socket());
  return createEvent(request, new ServerResponse(request));
}

/** `unsealSession` takes an event and does not look at it. */
const unusedEvent = eventOf();

async function read(token: string): Promise<Partial<Payload> | undefined> {
  try {
    return (await unsealSession(unusedEvent, config, token)).data;
  } catch {
    return undefined;
  }
}
