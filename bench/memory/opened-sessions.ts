import type { Session, Sessions } from "coatcheck";
import { BareExchange } from "../candidates/coatcheck.ts";
import { cookieOf, sessionsIn } from "../candidates/stored/coatcheck.ts";
import { userOf, type Payload } from "../lib/payloads.ts";
import { filledSqlite, warmCache, type SessionMemory } from "./live-sessions.ts";
import { usedBytes } from "./used.ts";

/** Of more visitors no more is kept. */
const MOST_VISITORS = 10_000;

/** A token is remembered from its second request on, and its data is parsed when somebody asks for it. */
const REQUESTS = 3;

/** What {@link weighOpened} weighs. */
export const OPENED = "sessions.open and .data over it, besides, 10,000 visitors";

/** Has visitors read their sessions, which are in the cache already, and weighs what is kept of that. */
export async function weighOpened(most: number): Promise<SessionMemory> {
  const count = Math.min(most, MOST_VISITORS);
  const store = await warmCache(await filledSqlite(count), count);
  // For once before, and for nothing: what has been compiled is nobody's session.
  await visitAll(sessionsIn(store, true), count);
  const before = await usedBytes();
  const sessions = sessionsIn(store, true);
  await visitAll(sessions, count);
  const memory = ((await usedBytes()) - before) / count;
  // Used once more, so that it was not collected.
  await visit(sessions, 0);
  return { memory };
}

async function visitAll(sessions: Sessions<Payload>, count: number): Promise<void> {
  for (let row = 0; row < count; row++)
    for (let request = 0; request < REQUESTS; request++) await visit(sessions, row);
}

async function visit(sessions: Sessions<Payload>, row: number): Promise<void> {
  const session: Session<Payload> = await sessions.open(new BareExchange(cookieOf(row)));
  if (session.data.userId !== userOf(row)) throw new Error(`A wrong answer to visitor ${row}.`);
}
