/** Runs before the server: migrates, seeds and says who can log in. Run it in the application's folder. */
import { createSessions } from "coatcheck";
import { databaseUrl, openDatabase } from "../src/lib/database.ts";
import { describeAccounts, prepare } from "../src/lib/prepare.ts";
import { sessionSecret } from "../src/lib/secret.ts";

try {
  // Throws here, and not at the first request, when the secret is too short.
  createSessions({ password: sessionSecret() });
  const db = openDatabase(databaseUrl());
  console.log(describeAccounts(await prepare(db)));
  await db.destroy();
} catch (error) {
  const { message, cause } = error as Error;
  console.error(...(cause ? [message, cause] : [message]));
  process.exitCode = 1;
}
