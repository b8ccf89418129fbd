import { randomBytes } from "node:crypto";
import type { SessionEvent } from "coatcheck";
import type { Insertable, Selectable } from "kysely";
import type { Tables } from "./database.ts";
import { database } from "./db.ts";

/** What happened with a login, a guard or an account. */
export interface AuthEvent {
  readonly type: string;
  /** Whom it is about. */
  readonly userId?: string | number | undefined;
  readonly address?: string | undefined;
  readonly detail?: string | undefined;
}

/** As many events are kept: whoever is at the login page can make some, so there has to be an end. */
const kept = 10_000;
const pruneEvery = 100;
/** While the database does not answer, as many wait. */
const maxWaiting = 1000;
const batch = 100;
const maxDetail = 255;

const node = randomBytes(4).toString("hex");
const waiting: Insertable<Tables["auth_events"]>[] = [];
let count = 0;
let sincePruned = pruneEvery;
let isWriting = false;

/** Hears of everything that happens to sessions, and notes what tells who got in, who did not, and why. */
export function noteSessionEvent(event: SessionEvent): void {
  const noted = authEventOf(event);
  if (noted !== undefined) noteEvent(noted, event.at);
}

/** Notes what happened. It is written soon, and nobody waits for that: a log that cannot be written stops no visitor. */
export function noteEvent(event: AuthEvent, moment = Date.now()): void {
  if (waiting.length === maxWaiting) {
    console.error("An authentication event is lost, as too many wait to be written.");
    return;
  }
  const at = new Date(moment).toISOString();
  count = (count + 1) % 1_000_000;
  waiting.push({
    // Those of one moment in the order in which they happened here.
    id: `${at}-${String(count).padStart(6, "0")}-${node}`,
    at,
    type: event.type,
    user_id: event.userId === undefined ? null : String(event.userId),
    address: event.address ?? null,
    detail: event.detail?.slice(0, maxDetail) ?? null,
  });
  if (!isWriting) void write();
}

/** The latest events, the last one first. */
export async function latestEvents(limit: number): Promise<Selectable<Tables["auth_events"]>[]> {
  return database.selectFrom("auth_events").selectAll().orderBy("id", "desc").limit(limit).execute();
}

/** What is noted of a session's event; `undefined` for what happens at every page. */
function authEventOf(event: SessionEvent): AuthEvent | undefined {
  switch (event.type) {
    case "login":
      return { ...event, detail: event.newDevice ? "on a new device" : "on a known device" };
    case "login-failed":
      return { ...event, detail: event.reason };
    case "confirmed":
    case "password-changed":
    case "password-rehashed":
      return event;
    case "destroyed":
      return event.userId === undefined ? undefined : { type: "logout", userId: event.userId };
    case "user-revoked":
      return event.count === 0 ? undefined : event;
    case "denied":
      // Whoever is not logged in is sent to log in, at any page: that tells nothing, and would leave no room for what does.
      if (event.reason === "anonymous") return undefined;
      return {
        ...event,
        detail: event.reason === "stale" ? "the password is asked for again" : event.action,
      };
    default:
      return undefined;
  }
}

/** What comes while one statement is under way goes into the next. */
async function write(): Promise<void> {
  isWriting = true;
  await new Promise(setImmediate);
  for (let rows = waiting.splice(0, batch); rows.length > 0; rows = waiting.splice(0, batch)) {
    try {
      await database.insertInto("auth_events").values(rows).execute();
      sincePruned += rows.length;
      if (sincePruned >= pruneEvery) await prune();
    } catch (error) {
      console.error(`${rows.length} authentication events are lost.`, error);
    }
  }
  isWriting = false;
}

async function prune(): Promise<void> {
  sincePruned = 0;
  await database
    .deleteFrom("auth_events")
    .where("id", "<=", (table) =>
      table.selectFrom("auth_events").select("id").orderBy("id", "desc").limit(1).offset(kept),
    )
    .execute();
}
