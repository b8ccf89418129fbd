import { DUPLICATE } from "../core/cookie.ts";
import { UsageError, type Command, type CommandInput } from "./command.ts";
import { findToken } from "./inspect/find-token.ts";
import { inspectSealed, isSealed } from "./inspect/inspect-sealed.ts";
import { inspectStored, inspectUnreached } from "./inspect/inspect-stored.ts";
import type { Inspection } from "./inspect/inspection.ts";
import { loadSchema, type ExpectedShape } from "./inspect/judge.ts";
import { inspectionJson, inspectionText } from "./inspect/report.ts";
import { readInput, type CliIo } from "./io.ts";
import { withStore } from "./open-store.ts";
import { numberOption } from "./parse.ts";
import { PASSWORD_OPTION, passwordsFrom } from "./passwords.ts";
import { storeAddress, STORE_OPTIONS } from "./store-address.ts";
import { isTokenOrId } from "../stored/keeper.ts";

/** How other systems' cookies begin. */
const ELSEWHERE = [
  [/^Fe26\.\d\*/, "It looks like a seal of h3 or iron-session."],
  [/^s(?::|%3A)/i, "It looks like a signed cookie of express-session."],
  [/^eyJ/, "It looks like a JSON Web Token, or JSON in base64."],
  [/^[sx]1\./, "It begins like a sealed token, so a part of it may be missing."],
] as const;

/** `coatcheck inspect [cookie]`: what is in a cookie, and whether it would be accepted. */
export const inspect: Command = {
  name: "inspect",
  arguments: "[cookie]",
  most: 1,
  summary: "say what is in a session's cookie, and why it would be refused",
  about: `Reads a cookie's value, a name=value pair or a whole Cookie header from the standard input, which others
on the machine cannot see, or from the argument. Passwords come from the environment. A stored
session is looked up if there is a store: --store, else SESSION_STORE, else DATABASE_URL.
Exit code 0 only if the cookie would be accepted now.`,
  options: {
    name: { type: "string", value: "<name>", help: "the session's name (default session)" },
    ...PASSWORD_OPTION,
    "absolute-timeout": {
      type: "string",
      value: "<seconds>",
      help: "the application's absoluteTimeout (default: as the token says)",
    },
    "data-version": { type: "string", value: "<n>", help: "the application's version of the data" },
    schema: {
      type: "string",
      value: "<module[#export]>",
      help: "the application's schema, to check the data",
    },
    ...STORE_OPTIONS,
  },
  async run(input, io) {
    const passwords = passwordsFrom(input, io);
    const { name, cookieName, token } = findToken(await cookieOf(input, io), input.text("name"));
    const shape = await shapeOf(input);
    const absoluteTimeout = numberOption(input, "absolute-timeout", 1);
    const now = io.now();
    let inspection: Inspection;
    if (token === DUPLICATE) inspection = unknown("duplicate");
    else if (isSealed(token))
      inspection = await inspectSealed(token, { name, passwords, absoluteTimeout, shape, now });
    else if (isTokenOrId(token)) inspection = await lookUp({ name, token }, shape, input, io);
    else inspection = unknown("malformed", ELSEWHERE.find(([start]) => start.test(token))?.[1]);

    io.stdout.write(
      input.flag("json")
        ? `${JSON.stringify(inspectionJson(inspection, cookieName), undefined, 2)}\n`
        : inspectionText(inspection, cookieName, now),
    );
    return inspection.verdict.accepted === true ? 0 : 1;
  },
};

async function cookieOf({ positionals }: CommandInput, { stdin }: CliIo): Promise<string> {
  if (positionals[0] !== undefined) return positionals[0].trim();
  if (stdin.isTTY === true)
    throw new UsageError("There is no cookie: pipe it into the standard input, or give it as the argument.");
  return readInput(stdin);
}

async function shapeOf(input: CommandInput): Promise<ExpectedShape> {
  const module = input.text("schema");
  return {
    version: numberOption(input, "data-version", 0),
    schema: module === undefined ? undefined : await loadSchema(module),
  };
}

async function lookUp(
  { name, token }: { readonly name: string; readonly token: string },
  shape: ExpectedShape,
  input: CommandInput,
  io: CliIo,
): Promise<Inspection> {
  if (storeAddress(input, io) === undefined) return inspectUnreached(token, name);
  return withStore(input, io, ({ store, timeout }) =>
    inspectStored(token, store, { name, shape, timeout, now: io.now() }),
  );
}

function unknown(reason: "duplicate" | "malformed", note?: string): Inspection {
  return {
    kind: "unknown",
    verdict: { accepted: false, reason },
    notes: note === undefined ? [] : [note],
  };
}
