/** Runs before the server: migrates, seeds and says who can log in. Run it in the application's folder. */
import { createSessions } from "coatcheck";
import { databaseUrl, openDatabase, openSource } from "../src/lib/database.ts";
import { describeAccounts, prepare } from "../src/lib/prepare.ts";
import { openSessionStore, sessionOptions } from "../src/lib/session-store.ts";

try {
  const source = openSource(databaseUrl());
  const storage = openSessionStore(source);
  // Throws here, and not at the first request, when an option cannot work.
  createSessions(sessionOptions(storage));
  const db = openDatabase(source);
  try {
    const accounts = await prepare(db);
    await storage?.database.migrate();
    console.log(describeAccounts(accounts));
  } finally {
    await storage?.database.close();
    await db.destroy();
  }
} catch (error) {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? `${message} ${cause.message}` : message);
  process.exitCode = 1;
}
