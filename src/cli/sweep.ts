import type { Command } from "./command.ts";
import { withStore } from "./open-store.ts";
import { STORE_ABOUT, STORE_OPTIONS } from "./store-address.ts";

/** `coatcheck sweep`: removes what has expired. */
export const sweep: Command = {
  name: "sweep",
  arguments: "",
  most: 0,
  summary: "remove expired sessions from the store",
  about: `Removes expired sessions in batches, so that no other query waits long. Run it now and then, for
example every hour by cron. Redis removes them by itself.\n\n${STORE_ABOUT}`,
  options: STORE_OPTIONS,
  async run(input, io) {
    const removed = await withStore(input, io, ({ sessions }) => sessions.sweep());
    const words = `Removed ${removed} expired ${removed === 1 ? "session" : "sessions"}.`;
    io.stdout.write(`${input.flag("json") ? JSON.stringify({ removed }) : words}\n`);
    return 0;
  },
};
