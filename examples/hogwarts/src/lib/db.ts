import { sql } from "kysely";
import { databaseUrl, openDatabase, openSource, type Role } from "./database.ts";
import { describeAccounts, prepare } from "./prepare.ts";

/** A row of the users table. `passwordHash` never leaves the server. */
export interface Account {
  id: number;
  username: string;
  name: string;
  role: Role;
  house: string | null;
  passwordHash: string;
  email: string | null;
  /** When the password was changed last, and since when this user may not log in; in ISO 8601. */
  passwordChangedAt: string | null;
  disabledAt: string | null;
}

type UniqueKey = { username: string } | { email: string } | { id: number };

const columns = [
  "id",
  "username",
  "name",
  "role",
  "house",
  "password_hash as passwordHash",
  "email",
  "password_changed_at as passwordChangedAt",
  "disabled_at as disabledAt",
] as const;

export const source = openSource(databaseUrl());
export const database = openDatabase(source);

// A database in memory starts empty with the process, so no script can have prepared it.
if (databaseUrl() === ":memory:") console.log(describeAccounts(await prepare(database)));

/** The queries of the seed's page by the names it uses. */
export const db = {
  user: {
    /** The account with that username, e-mail address or id, or `null`. */
    async findUnique({ where }: { where: UniqueKey }): Promise<Account | null> {
      const account = await database
        .selectFrom("users")
        .select(columns)
        .where((is) => is.and(where))
        .executeTakeFirst();
      return account ?? null;
    },

    /** All accounts, by name. */
    async findMany(): Promise<Account[]> {
      return database.selectFrom("users").select(columns).orderBy("name").execute();
    },

    /** Keeps a new password if the previous one is still there. @returns whether it was */
    async savePassword(id: number, hash: string, previous: string, changedAt?: string): Promise<boolean> {
      const { numUpdatedRows } = await database
        .updateTable("users")
        .set({ password_hash: hash, ...(changedAt !== undefined && { password_changed_at: changedAt }) })
        .where("id", "=", id)
        .where("password_hash", "=", previous)
        .executeTakeFirst();
      return numUpdatedRows > 0;
    },

    /** Since when this user may not log in; `null`: may again. @returns whether there is such a user */
    async setDisabled(id: number, at: string | null): Promise<boolean> {
      const { numUpdatedRows } = await database
        .updateTable("users")
        .set({ disabled_at: at })
        .where("id", "=", id)
        .executeTakeFirst();
      return numUpdatedRows > 0;
    },
  },

  /** Resolves while the database answers. */
  async ping(): Promise<void> {
    await sql`select 1 from houses`.execute(database);
  },
};
