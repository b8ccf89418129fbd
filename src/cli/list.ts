import type { SessionInfo } from "../manage.ts";
import { UsageError, type Command } from "./command.ts";
import { withStore } from "./open-store.ts";
import { NAME_OPTION, STORE_ABOUT, STORE_OPTIONS } from "./store-address.ts";
import { iso, momentText, printable } from "./text.ts";

/** `coatcheck list <user>`: who is logged in where. */
export const list: Command = {
  name: "list",
  arguments: "<user>",
  most: 1,
  summary: "list the living sessions of a user",
  about: `Lists a user's living sessions by their public ids, latest seen first.\n\n${STORE_ABOUT}`,
  options: { ...NAME_OPTION, ...STORE_OPTIONS },
  async run(input, io) {
    const [user] = input.positionals;
    if (user === undefined || user === "") throw new UsageError("list needs the id of a user.");
    const found = await withStore(input, io, ({ sessions }) => sessions.list(user));
    if (input.flag("json")) io.stdout.write(`${JSON.stringify(found.map(jsonOf), undefined, 2)}\n`);
    else if (found.length === 0) io.stdout.write("No living sessions.\n");
    else io.stdout.write(found.map((session) => block(session, io.now())).join("\n"));
    return 0;
  },
};

function jsonOf({ current: _current, ...session }: SessionInfo): object {
  const { createdAt, lastSeenAt, expiresAt, authenticatedAt } = session;
  return {
    ...session,
    createdAt: iso(createdAt),
    lastSeenAt: iso(lastSeenAt),
    expiresAt: iso(expiresAt),
    authenticatedAt: authenticatedAt === undefined ? undefined : iso(authenticatedAt),
  };
}

function block(session: SessionInfo, now: number): string {
  const { id, createdAt, lastSeenAt, expiresAt, userAgent, address } = session;
  const lines = [
    id,
    `  last seen  ${momentText(lastSeenAt, now)}`,
    `  created    ${momentText(createdAt, now)}`,
    `  expires    ${momentText(expiresAt, now)}`,
  ];
  if (address !== undefined) lines.push(`  address    ${printable(address)}`);
  if (userAgent !== undefined) lines.push(`  device     ${printable(userAgent)}`);
  return `${lines.join("\n")}\n`;
}
