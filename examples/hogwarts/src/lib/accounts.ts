import { randomInt } from "node:crypto";
import { hashPassword, verifyPassword } from "coatcheck/password";
import type { Database, Tables } from "./database.ts";

type Account = Pick<Tables["users"], "id" | "username" | "name" | "role" | "house" | "email">;

const accounts: Account[] = [
  {
    id: 1,
    username: "student-gryffindor",
    name: "Ginny Weasley",
    role: "student",
    house: "gryffindor",
    email: "ginny.weasley@hogwarts.example",
  },
  {
    id: 2,
    username: "student-slytherin",
    name: "Draco Malfoy",
    role: "student",
    house: "slytherin",
    email: "draco.malfoy@hogwarts.example",
  },
  {
    id: 3,
    username: "professor-gryffindor",
    name: "Minerva McGonagall",
    role: "professor",
    house: "gryffindor",
    email: "minerva.mcgonagall@hogwarts.example",
  },
  {
    id: 4,
    username: "headmaster",
    name: "Albus Dumbledore",
    role: "headmaster",
    house: null,
    email: "albus.dumbledore@hogwarts.example",
  },
];

/** The names of the demo accounts and, only where it was made just now, the password they share. */
export interface DemoAccounts {
  usernames: string[];
  generatedPassword?: string;
}

/** Creates the demo accounts, and gives them `password` where they have another. */
export async function seedAccounts(db: Database, password: string | undefined): Promise<DemoAccounts> {
  const usernames = accounts.map((account) => account.username);
  const stored = await db
    .selectFrom("users")
    .select(["id", "password_hash"])
    .where("username", "in", usernames)
    .execute();
  if (stored.length > 0) {
    await addAddresses(db);
    if (password) await applyPassword(db, stored, password);
    return { usernames };
  }

  const chosen = password ?? generatePassword();
  const rows = await Promise.all(
    accounts.map(async (account) => ({ ...account, password_hash: await hashPassword(chosen) })),
  );
  // One statement, so of two first starts one inserts all accounts and the other none.
  const inserted = await db
    .insertInto("users")
    .values(rows)
    .onConflict((on) => on.doNothing())
    .executeTakeFirst();
  if (!inserted.numInsertedOrUpdatedRows) return seedAccounts(db, password);
  return password ? { usernames } : { usernames, generatedPassword: chosen };
}

/** To the accounts of a database that had no addresses yet. */
async function addAddresses(db: Database): Promise<void> {
  for (const { username, email } of accounts)
    await db
      .updateTable("users")
      .set({ email })
      .where("username", "=", username)
      .where("email", "is", null)
      .execute();
}

async function applyPassword(
  db: Database,
  stored: { id: number; password_hash: string }[],
  password: string,
): Promise<void> {
  await Promise.all(
    stored.map(async ({ id, password_hash }) => {
      if (await verifyPassword(password_hash, password)) return;
      await db
        .updateTable("users")
        .set({
          password_hash: await hashPassword(password),
          password_changed_at: new Date().toISOString(),
        })
        .where("id", "=", id)
        .execute();
    }),
  );
}

/**
 * Four groups of four letters or digits, none of which looks like another: 79 random bits, and more characters than a
 * password needs here. Never without a digit, so that nobody takes it for a username when it is typed into the wrong field.
 */
function generatePassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  const group = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join("");
  const password = [group(), group(), group(), group()].join("-");
  return /\d/.test(password) ? password : generatePassword();
}
