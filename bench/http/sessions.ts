import { createSessions, type Exchange, type Session, type Sessions } from "coatcheck";
import { coatcheckIn } from "../candidates/coatcheck.ts";
import { SECRET } from "../candidates/candidate.ts";
import { SELDOM_NOTED } from "../candidates/settings.ts";
import { SIZES, type Payload } from "../lib/payloads.ts";
import { SOMEBODY } from "./page.ts";

/** Sealed sessions behind a proxy that ends TLS. */
export const sessions: Sessions<Payload> = createSessions<Payload>({
  password: SECRET,
  ...SELDOM_NOTED,
  trustProxy: true,
});

/** The `Cookie` header of a visitor with a session. */
export const { seal } = coatcheckIn(sessions);

/** Whose session it is. */
export async function userOf(exchange: Exchange): Promise<unknown> {
  const session: Session<Payload> = await sessions.open(exchange);
  return session.data.userId;
}

/** What a page does that has a session at hand and does not look at it. */
export async function leaveAlone(exchange: Exchange): Promise<unknown> {
  await sessions.open(exchange);
  return SOMEBODY;
}

/** What servers without a session, and with Coatcheck, are called. */
export const NONE = "no session";
/** The page without a session, with the headers that tell caches whose it is: those alone are a part of what a session costs. */
export const MARKED = "no session, marked private";
/** The same with a look at the `Cookie` header, which no session can do without: servers parse headers when somebody asks. */
export const LOOKED = "no session, marked private, cookie looked at";
export const TOUCHED = "Coatcheck";
export const LARGER = `Coatcheck, ${SIZES.medium.name} of data`;
/** The same with so many visitors that hardly a token is remembered until it comes back: each of them is decrypted. */
export const NEW_TOKENS = "Coatcheck, new tokens";
export const UNTOUCHED = "Coatcheck, untouched";
