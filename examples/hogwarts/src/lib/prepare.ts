import { type DemoAccounts, seedAccounts } from "./accounts.ts";
import type { Database } from "./database.ts";
import { migrateToLatest } from "./migrations.ts";
import { maxPasswordLength } from "./password-rules.ts";
import { seedRegister } from "./register.ts";

/** Makes a database ready to serve: tables, houses, students and accounts. Safe to repeat. */
export async function prepare(db: Database): Promise<DemoAccounts> {
  await migrateToLatest(db);
  await seedRegister(db);
  const { env } = process;
  const password = env["HOGWARTS_PASSWORD"] || undefined;
  if (password && password.length > maxPasswordLength) {
    throw new Error(`HOGWARTS_PASSWORD may be ${maxPasswordLength} characters long.`);
  }
  return seedAccounts(db, password);
}

/** What to tell the person at the terminal. */
export function describeAccounts({ usernames, generatedPassword }: DemoAccounts): string {
  const { env } = process;
  const password = generatedPassword
    ? `Password:  ${generatedPassword}  (not shown again; HOGWARTS_PASSWORD sets another)`
    : env["HOGWARTS_PASSWORD"]
      ? "Password:  the one in HOGWARTS_PASSWORD"
      : "Password:  as printed at the first start or last set by HOGWARTS_PASSWORD";
  return `Users:     ${usernames.join(", ")}\n${password}`;
}
