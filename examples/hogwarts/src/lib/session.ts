import { createSessions } from "coatcheck";
import { createGuard, useSession } from "coatcheck/solid-start";
import { databaseUrl } from "./database.ts";
import { source } from "./db.ts";
import { hogwarts, type User } from "./hogwarts.ts";
import { openSessionStore, sessionOptions } from "./session-store.ts";

export type UserSession = {
  userId?: number;
};

const storage = openSessionStore(source);
// As for the users: no script can have prepared it.
if (databaseUrl() === ":memory:") await storage?.database.migrate();

export const sessions = createSessions<UserSession>(sessionOptions(storage));

/** Whether sessions can be listed, revoked and waited for; sealed ones live with their visitors alone. */
export const areStored = storage !== undefined;

const sweepEvery = 60_000;
// Of several servers each sweeps; one of them finds something. It is no reason for the process to stay.
if (areStored) setInterval(() => void sessions.sweep().catch(console.error), sweepEvery).unref();

/** Resolves while the store answers; it may take as long as connecting does, which is longer than a visitor would wait. */
export async function pingSessions(): Promise<void> {
  await storage?.database.find("");
}

export function getSession() {
  return useSession(sessions);
}

export const guard = createGuard<User, UserSession>({
  sessions,
  loadUser: (userId: number) => hogwarts.getUser(userId),
});

export async function getUser(): Promise<User | null> {
  return guard.getUser();
}
