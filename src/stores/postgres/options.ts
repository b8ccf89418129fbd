import { SessionError } from "../../core/errors.ts";
import { refuseUnknownOptions } from "../../core/option-errors.ts";
import type { PostgresPool } from "./pool.ts";

/** Options of {@link postgresStore}: a pool, or the address of the database. */
export type PostgresStoreOptions = PostgresStoreSettings &
  (
    | {
        /** The application's `Pool` of the package `pg`, of two connections at least. */
        readonly pool: PostgresPool;
      }
    | {
        /** `postgres://user:password@host:port/database`, for a pool of the store's own; needs the package `pg`. */
        readonly url: string;
      }
  );

/** What {@link postgresStore} takes besides. */
export interface PostgresStoreSettings {
  /**
   * The table, with its schema where it is not in the search path: `auth.sessions`. All nodes have to write it
   * alike, as the notifications' channel has its name. @default "coatcheck_sessions"
   */
  readonly table?: string;
  /** Whether connections parse a statement once; `false` behind a pooler in transaction mode. @default true */
  readonly prepare?: boolean;
  /** Whether writes tell watchers, on this node and others; without it there is no `watch`. @default true */
  readonly notify?: boolean;
  /** The clock, in milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const KNOWN: ReadonlySet<string> = new Set(["pool", "url", "table", "prepare", "notify", "now"]);

/** @throws ERR_SESSION_CONFIG when an option cannot work. */
export function checkPostgresOptions(options: unknown): asserts options is PostgresStoreOptions {
  const given = options as Record<string, unknown> | null | undefined;
  if (typeof given !== "object" || given === null) return wrong("needs { pool } or { url }");
  refuseUnknownOptions(given, KNOWN, "postgresStore");
  const { pool, url, prepare, notify, now } = given;
  if ((pool === undefined) === (url === undefined)) wrong("needs either { pool } or { url }");
  if (pool !== undefined && !isPool(pool)) wrong("needs as pool a Pool of the package pg");
  // The address stays out of the message: there is a password in it.
  if (pool === undefined && (typeof url !== "string" || !/^postgres(?:ql)?:\/\//.test(url)))
    wrong("needs as url an address that starts with postgres://");
  if (prepare !== undefined && typeof prepare !== "boolean") wrong("takes true or false as prepare");
  if (notify !== undefined && typeof notify !== "boolean") wrong("takes true or false as notify");
  if (now !== undefined && typeof now !== "function") wrong("takes a function as now");
}

function isPool(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return ["query", "connect"].every(
    (method) => typeof (value as Record<string, unknown>)[method] === "function",
  );
}

/** @throws ERR_SESSION_CONFIG */
export function wrong(what: string): never {
  throw new SessionError("ERR_SESSION_CONFIG", `postgresStore ${what}.`);
}
