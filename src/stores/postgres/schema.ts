import { SessionError } from "../../core/errors.ts";
import { postgresQuery, type PostgresPool } from "./pool.ts";
import type { PostgresTable } from "./table.ts";

/** The version of the schema that {@link postgresSteps} lead to. */
export const POSTGRES_SCHEMA_VERSION = 2;

/**
 * The statements that lead from version N to N + 1, at index N.
 *
 * `expires_hour` is what the sweep looks expired records up by. A visit moves `expires_at`, and were that in
 * an index, each would write to every index of the table. The hour rarely changes, so PostgreSQL replaces the
 * row in place (HOT), for which the pages keep some room.
 */
export function postgresSteps({ quoted, userIndex, expiryIndex }: PostgresTable): readonly string[][] {
  return [
    [
      `CREATE TABLE ${quoted} (
  id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  user_id text COLLATE "C",
  created_at bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  authenticated_at bigint,
  idle_timeout bigint NOT NULL,
  absolute_expires_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  expires_hour bigint GENERATED ALWAYS AS (expires_at / 3600000) STORED,
  schema_version bigint NOT NULL,
  data text NOT NULL,
  flash text,
  device text,
  successor text COLLATE "C"
) WITH (fillfactor = 85)`,
      `CREATE INDEX ${userIndex} ON ${quoted} (user_id) WHERE user_id IS NOT NULL`,
      `CREATE INDEX ${expiryIndex} ON ${quoted} (expires_hour)`,
    ],
    [`ALTER TABLE ${quoted} ADD COLUMN authentication text`],
  ];
}

/** Brings the schema up to date, in one transaction. @throws ERR_SESSION_CONFIG when it is newer than this code. */
export async function migratePostgres(pool: PostgresPool, table: PostgresTable): Promise<void> {
  const client = await pool.connect();
  // The query under way rejects as well; unheard, the event would end the process.
  const onError = (): void => {};
  client.on("error", onError);
  let done = false;
  try {
    // Another node's migration may take longer than a query should.
    const run = async (text: string, values?: unknown[]): Promise<unknown[][]> =>
      (await client.query({ ...postgresQuery(text, values), query_timeout: 600_000 })).rows;
    await run("BEGIN");
    await run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`coatcheck migrate ${table.name}`]);
    await run(`CREATE TABLE IF NOT EXISTS ${table.version} (version integer NOT NULL)`);
    const [row] = await run(`SELECT version::bigint FROM ${table.version}`);
    const version = (row?.[0] as number | undefined) ?? 0;
    refuseNewer(version);
    if (version < POSTGRES_SCHEMA_VERSION) {
      for (const statement of postgresSteps(table).slice(version).flat()) await run(statement);
      await run(`DELETE FROM ${table.version}`);
      await run(`INSERT INTO ${table.version} VALUES (${POSTGRES_SCHEMA_VERSION})`);
    }
    await run("COMMIT");
    done = true;
  } finally {
    // What is not committed ends with its connection.
    client.removeListener("error", onError);
    client.release(!done);
  }
}

function refuseNewer(version: number): void {
  if (version <= POSTGRES_SCHEMA_VERSION) return;
  throw new SessionError(
    "ERR_SESSION_CONFIG",
    `The table of sessions has version ${version}, and this Coatcheck knows ${POSTGRES_SCHEMA_VERSION}: update coatcheck.`,
  );
}
