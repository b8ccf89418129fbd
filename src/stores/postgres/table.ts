import { SessionError } from "../../core/errors.ts";

/** The names that a table of sessions goes by. */
export interface PostgresTable {
  /** As the application wrote it, which is also the channel of notifications. */
  readonly name: string;
  /** Quoted, for SQL, as are the next. */
  readonly quoted: string;
  /** The table of one row that holds the version of the schema. */
  readonly version: string;
  readonly userIndex: string;
  readonly expiryIndex: string;
}

const PART = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** PostgreSQL cuts longer names off; so the table's leaves room for what is appended. */
const LONGEST = 63;
const LONGEST_SUFFIX = "_expires_hour".length;

/**
 * @param name - `table` or `schema.table`; letters, digits and underscores. Upper and lower case are kept apart.
 * @throws ERR_SESSION_CONFIG
 */
export function postgresTable(name: string): PostgresTable {
  const parts = typeof name === "string" ? name.split(".") : [];
  const table = parts.at(-1) ?? "";
  if (parts.length > 2 || !parts.every((part) => PART.test(part)))
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "postgresStore: table is a name or schema.name of letters, digits and underscores.",
    );
  if (name.length > LONGEST || table.length > LONGEST - LONGEST_SUFFIX)
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      `postgresStore: table is at most ${LONGEST - LONGEST_SUFFIX} characters long, with its schema ${LONGEST}.`,
    );
  const schema = parts.length === 2 ? `"${parts[0]!}".` : "";
  return {
    name,
    quoted: `${schema}"${table}"`,
    version: `${schema}"${table}_version"`,
    userIndex: `"${table}_user_id"`,
    expiryIndex: `"${table}_expires_hour"`,
  };
}
