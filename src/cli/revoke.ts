import { UsageError, type Command } from "./command.ts";
import { withStore } from "./open-store.ts";
import { NAME_OPTION, STORE_ABOUT, STORE_OPTIONS } from "./store-address.ts";

/** `coatcheck revoke`: ends one session, or all of a user. */
export const revoke: Command = {
  name: "revoke",
  arguments: "<id> | --user <user>",
  most: 1,
  summary: "end a session, or all sessions of a user",
  about: `Ends the session of a public id, as list shows it, or with --user all sessions of a user.
Exit code 1 when there is no living session of that id.\n\n${STORE_ABOUT}`,
  options: {
    user: { type: "string", value: "<user>", help: "end all sessions of this user" },
    except: { type: "string", value: "<id>", help: "with --user: keep the session of this public id" },
    ...NAME_OPTION,
    ...STORE_OPTIONS,
  },
  async run(input, io) {
    const [id] = input.positionals;
    const user = input.text("user");
    const except = input.text("except");
    if ((id === undefined) === (user === undefined))
      throw new UsageError("revoke needs either the public id of a session or --user.");
    if (except !== undefined && user === undefined) throw new UsageError("--except goes with --user.");
    const revoked = await withStore(input, io, async ({ sessions }) => {
      if (user !== undefined) return sessions.revokeUser(user, { except });
      return (await sessions.revoke(id!)) ? 1 : 0;
    });
    if (input.flag("json")) io.stdout.write(`${JSON.stringify({ revoked })}\n`);
    // The id stays out of it: it might be a token, given by mistake.
    else if (user === undefined)
      io.stdout.write(revoked === 1 ? "Ended the session.\n" : "There is no living session of this id.\n");
    else io.stdout.write(`Ended ${revoked} ${revoked === 1 ? "session" : "sessions"}.\n`);
    return user === undefined && revoked === 0 ? 1 : 0;
  },
};
