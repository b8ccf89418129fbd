import { createSessions } from "coatcheck";
import { createGuard, useSession } from "coatcheck/solid-start";
import { hogwarts, type User } from "./hogwarts.ts";
import { sessionSecret } from "./secret.ts";

export type UserSession = {
  userId?: number;
};

const sessions = createSessions<UserSession>({
  password: sessionSecret(),
});

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
