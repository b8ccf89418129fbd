import type { Command } from "./command.ts";
import { withStore } from "./open-store.ts";
import { describeStore, STORE_ABOUT, STORE_OPTIONS } from "./store-address.ts";

/** `coatcheck migrate`: makes or updates what the store needs in its database. */
export const migrate: Command = {
  name: "migrate",
  arguments: "",
  most: 0,
  summary: "create or update the store's tables",
  about: `Creates what the store needs in its database, or brings it up to date. Safe to repeat, and to run on
several machines at once.\n\n${STORE_ABOUT}`,
  options: STORE_OPTIONS,
  async run(input, io) {
    const description = await withStore(input, io, async ({ store, address, inTime }) => {
      await inTime(store.migrate());
      return describeStore(address);
    });
    const words = `Up to date: ${description}.`;
    io.stdout.write(`${input.flag("json") ? JSON.stringify({ migrated: true }) : words}\n`);
    return 0;
  },
};
