import { createSessions } from "coatcheck";
import { definePlugin } from "nitro";
import { databaseUrl, openSource } from "./lib/database.ts";
import { openSessionStore, sessionOptions } from "./lib/session-store.ts";

/** Runs before the server listens: a configuration that cannot work must not be found out by the first visitor. */
export default definePlugin(({ hooks }) => {
  // Whoever reads the log may go away. Nitro would log the error of that, and the error of that, without an end.
  for (const log of [process.stdout, process.stderr]) log.on("error", () => {});
  // Nothing of it connects before it is used, and here it is not.
  createSessions(sessionOptions(openSessionStore(openSource(databaseUrl()))));
  // Every request is answered by then. What is left are connections to databases, which have no end of their own.
  if (!import.meta.dev) hooks.hook("close", () => void setImmediate(() => process.exit()));
});
