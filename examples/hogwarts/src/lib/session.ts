import { createSessions, isSessionError } from "coatcheck";
import { createGuard, createLogin, useSession } from "coatcheck/solid-start";
import { noteSessionEvent } from "./auth-events.ts";
import { databaseUrl } from "./database.ts";
import { type Account, db, source } from "./db.ts";
import { hogwarts } from "./hogwarts.ts";
import { passwordRules } from "./password-rules.ts";
import { policies } from "./policies.ts";
import { openSessionStore, sessionOptions } from "./session-store.ts";
import type { User } from "./users.ts";

export type UserSession = {
  userId?: number;
};

const storage = openSessionStore(source);
// As for the users: no script can have prepared it.
if (databaseUrl() === ":memory:") await storage?.database.migrate();

export const sessions = createSessions<UserSession>({
  ...sessionOptions(storage),
  onEvent: noteSessionEvent,
});

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

export const guard = createGuard({
  sessions,
  loadUser: (userId: number) => hogwarts.getUser(userId),
  policies,
  // Ends sealed sessions too, which nobody can revoke.
  validSince: ({ passwordChangedAt }: User) =>
    passwordChangedAt === null ? null : new Date(passwordChangedAt),
});

export const auth = createLogin({
  sessions,
  findUser(name) {
    const key = name.toLowerCase();
    return db.user.findUnique({ where: key.includes("@") ? { email: key } : { username: key } });
  },
  findById: (id: number) => db.user.findUnique({ where: { id } }),
  mayLogIn: (account: Account) => account.disabledAt === null,
  rules: passwordRules,
  savePasswordHash({ id }, hash, previous, cause) {
    if (previous === null) return false;
    // The same password, hashed anew, ends no session.
    const changedAt = cause === "renewed" ? undefined : new Date().toISOString();
    return db.user.savePassword(id, hash, previous, changedAt);
  },
});

export async function getUser(): Promise<User | null> {
  return guard.getUser();
}

/**
 * Whether a policy lets somebody pass, for pages that say in their own words that it does not:
 * `await isAllowed(guard.authorize("staff:view"))`. Unlike `guard.can`, a no is noted among the events.
 */
export async function isAllowed(authorizing: Promise<User>): Promise<boolean> {
  try {
    await authorizing;
    return true;
  } catch (error) {
    if (!isSessionError(error, "ERR_SESSION_FORBIDDEN")) throw error;
    return false;
  }
}
