import type { Account } from "./db.ts";

/** Somebody who may log in, as the server knows them; without what nobody has to know. */
export type User = Omit<Account, "passwordHash" | "disabledAt">;

/** What a page may know of its own user. */
export type Profile = Omit<User, "passwordChangedAt">;

/** As long as an e-mail address may be (RFC 5321 section 4.5.3.1). */
export const maxUsernameLength = 254;

/** Without what is the server's own. */
export function profileOf({ id, username, name, role, house, email }: User): Profile {
  return { id, username, name, role, house, email };
}
