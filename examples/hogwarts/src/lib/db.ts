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
}

export const source = openSource(databaseUrl());
export const database = openDatabase(source);

// A database in memory starts empty with the process, so no script can have prepared it.
if (databaseUrl() === ":memory:") console.log(describeAccounts(await prepare(database)));

/** The queries of the seed's page by the names it uses. */
export const db = {
  user: {
    /** The account with that username or id, or `null`. */
    async findUnique({ where }: { where: { username: string } | { id: number } }): Promise<Account | null> {
      const account = await database
        .selectFrom("users")
        .select(["id", "username", "name", "role", "house", "password_hash as passwordHash"])
        .where((is) => ("id" in where ? is("id", "=", where.id) : is("username", "=", where.username)))
        .executeTakeFirst();
      return account ?? null;
    },
  },

  /** Resolves while the database answers. */
  async ping(): Promise<void> {
    await sql`select 1 from houses`.execute(database);
  },
};
