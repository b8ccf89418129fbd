import { UsageError, type CommandInput, type CommandOption } from "./command.ts";
import { DEFAULT_NAME } from "../options.ts";
import type { CliIo } from "./io.ts";

/** Options of every command that works on a store. */
export const STORE_OPTIONS: Readonly<Record<string, CommandOption>> = {
  store: {
    type: "string",
    value: "<url>",
    help: "sqlite:path, file:path or a path; postgres://…; redis://… or rediss://…",
  },
  table: { type: "string", value: "<name>", help: "the table, where it is not coatcheck_sessions" },
  prefix: { type: "string", value: "<text>", help: "the keys' prefix in Redis, where it is not coatcheck:" },
  timeout: { type: "string", value: "<seconds>", help: "how long the store may take (default 5)" },
};

/** The option of those that ask for the sessions of a user. */
export const NAME_OPTION: Readonly<Record<string, CommandOption>> = {
  name: { type: "string", value: "<name>", help: `the sessions' name, where it is not ${DEFAULT_NAME}` },
};

/** What the help of those commands says of them. */
export const STORE_ABOUT: string = `The store is --store, else the environment's SESSION_STORE, else DATABASE_URL. An address with a
password in it belongs into the environment: others on the machine can see arguments.`;

/** An address of a store, told apart. */
export type StoreAddress =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres" | "redis"; readonly url: string };

/**
 * The address that a command was given.
 *
 * @returns `undefined` when there is none, or it says that cookies hold the sessions.
 */
export function storeAddress(input: CommandInput, io: CliIo): StoreAddress | undefined {
  const given = input.text("store") ?? (io.env["SESSION_STORE"] || io.env["DATABASE_URL"]);
  return given === undefined || given === "" || given === "cookie" ? undefined : parseAddress(given);
}

/** @throws UsageError without the address, which may have a password in it. */
function parseAddress(given: string): StoreAddress {
  if (/^postgres(?:ql)?:\/\//i.test(given)) return { kind: "postgres", url: given };
  if (/^rediss?:\/\//i.test(given)) return { kind: "redis", url: given };
  const path = given.replace(/^(?:sqlite|file):(?:\/\/(?=\/))?/i, "");
  // "C:\…" is a path.
  if (path === "" || /^[a-z][a-z0-9+.-]+:/i.test(path))
    throw new UsageError(
      "The store's address is none that coatcheck knows: sqlite:path, postgres://…, redis://… or rediss://….",
    );
  return { kind: "sqlite", path };
}

/** What an address names, without user, password or parameters. */
export function describeStore(address: StoreAddress): string {
  if (address.kind === "sqlite") return `SQLite, ${address.path}`;
  const url = URL.parse(address.url);
  const place = url === null || url.host === "" ? "" : `, ${url.host}${url.pathname}`;
  return `${address.kind === "redis" ? "Redis" : "PostgreSQL"}${place}`;
}
