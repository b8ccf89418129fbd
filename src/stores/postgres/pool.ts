import { createHash } from "node:crypto";
import { SessionError } from "../../core/errors.ts";
import { BIGINT_OID } from "./arrays.ts";

/** What the store needs of a pool: a `Pool` of the package `pg` has it. */
export interface PostgresPool {
  query(query: PostgresQuery): Promise<PostgresResult>;
  connect(): Promise<PostgresClient>;
  readonly options?: { readonly max?: number | undefined };
  listenerCount?(event: "error"): number;
}

/** What the store needs of a client that a {@link PostgresPool} has lent it. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<PostgresResult>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "notification", listener: (message: PostgresNotification) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** @param destroy - Whether the connection is closed instead of kept for the next. */
  release(destroy?: boolean): void;
}

/** A query as `pg` takes it. */
export interface PostgresQuery {
  readonly text: string;
  readonly name?: string;
  // `pg` asks for an array that it may change; it does not.
  values?: unknown[];
  readonly rowMode: "array";
  readonly types: { getTypeParser(oid: number): (text: string) => unknown };
  readonly query_timeout: number;
}

/** The part of an answer that is used. */
export interface PostgresResult {
  readonly rows: unknown[][];
}

/** What a listening client is sent. */
export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** Milliseconds for a connection and for an answer; a connection that leaves us waiting longer is given up. */
export const TIMEOUT_MS = 2000;

/** After these PostgreSQL has undone everything, and asks for another attempt: serialization failure, deadlock. */
const TRY_AGAIN: ReadonlySet<unknown> = new Set(["40001", "40P01"]);
const ATTEMPTS = 4;

const types: PostgresQuery["types"] = {
  getTypeParser: (oid) => (oid === BIGINT_OID ? Number : (text) => text),
};

/** Runs a statement and answers its rows, each an array of text, numbers (from bigint) and null. */
export type RunStatement = (text: string, values: unknown[]) => Promise<unknown[][]>;

/** A query with the timeout, and with rows as arrays, which are read faster than objects. */
export function postgresQuery(text: string, values: unknown[] = []): PostgresQuery {
  return { text, values, rowMode: "array", types, query_timeout: TIMEOUT_MS };
}

/**
 * @param prepare - Whether each connection parses a statement once; not through a pooler that hands out another
 * connection for every transaction.
 */
export function statementRunner(pool: () => Promise<PostgresPool>, prepare: boolean): RunStatement {
  const names = new Map<string, string>();

  function named(text: string): { name?: string } {
    if (!prepare) return {};
    let name = names.get(text);
    // Of the text, as the application's statements and another table's are on the same connections.
    if (name === undefined) names.set(text, (name = `coatcheck_${digest(text)}`));
    return { name };
  }

  return async (text, values) => {
    const query = { ...postgresQuery(text, values), ...named(text) };
    for (let attempt = 1; ; attempt++) {
      try {
        return (await (await pool()).query(query)).rows;
      } catch (error) {
        if (attempt === ATTEMPTS || !TRY_AGAIN.has(sqlState(error))) throw explained(error);
      }
    }
  };
}

/** The five characters by which PostgreSQL tells its errors apart; `undefined` of another error. */
export function sqlState(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function explained(error: unknown): unknown {
  const state = sqlState(error);
  if (state !== "42P01" && state !== "42703") return error;
  return new SessionError(
    "ERR_SESSION_CONFIG",
    "The table of sessions is not there, or not up to date. Call `await store.migrate()` before the first request.",
    { cause: error },
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 20);
}

/** A pool of the store's own. @throws ERR_SESSION_CONFIG when `pg` is not installed. */
export async function openPool(url: string): Promise<PostgresPool & { end(): Promise<void> }> {
  const { Pool } = await import("pg").catch((cause: unknown) => {
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "postgresStore({ url }) needs the package pg: `npm install pg`. Or pass a pool: postgresStore({ pool }).",
      { cause },
    );
  });
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    fallback_application_name: "coatcheck",
  });
  // A server that restarts ends idle connections. The pool makes new ones; unheard, the event would end the process.
  pool.on("error", () => {});
  return pool;
}
