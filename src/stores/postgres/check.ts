import { postgresQuery, sqlState, type PostgresPool } from "./pool.ts";
import { POSTGRES_SCHEMA_VERSION } from "./schema.ts";
import type { PostgresTable } from "./table.ts";
import type { SessionStore, StoreFinding } from "../store.ts";

const GREATEST_SKEW_MS = 5000;
const LOOPBACK = /^(?:127\.|::1(?:\/|$))/;

/** What {@link checkPostgres} looks at besides the database. */
export interface CheckOptions {
  readonly now: () => number;
  /** `undefined` when writes do not tell watchers. */
  readonly watch: SessionStore["watch"] | undefined;
}

/** Looks at the database behind a store. */
export async function checkPostgres(
  pool: () => Promise<PostgresPool>,
  table: PostgresTable,
  { now, watch }: CheckOptions,
): Promise<StoreFinding[]> {
  const findings: StoreFinding[] = [];
  try {
    const used = await pool();
    const ask = async (text: string): Promise<unknown[][]> => (await used.query(postgresQuery(text))).rows;
    findings.push(...(await serverFindings(ask)));
    findings.push(await clockFinding(ask, now), await tableFinding(ask, table), listenerFinding(used));
  } catch (error) {
    // The client's messages may name the host and the user, which not everybody is to read.
    const code = sqlState(error);
    findings.push({
      level: "error",
      message: `PostgreSQL does not answer${code === undefined ? "" : ` (${code})`}.`,
      fix: "Check the address, the user's rights and that the server runs.",
    });
    return findings;
  }
  if (watch !== undefined) findings.push(await channelFinding(watch));
  return findings;
}

type Ask = (text: string) => Promise<unknown[][]>;

async function serverFindings(ask: Ask): Promise<StoreFinding[]> {
  const [row] = await ask(`
    SELECT current_setting('server_version'), current_setting('fsync'), current_setting('full_page_writes'),
      current_setting('synchronous_commit'), pg_is_in_recovery()::text, host(inet_client_addr()),
      (SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid())`);
  const [version, fsync, fullPages, commit, standby, client, tls] = row as (string | null)[];
  const findings: StoreFinding[] = [{ level: "ok", message: `PostgreSQL ${version} answers.` }];
  if (standby === "true")
    findings.push({
      level: "error",
      message: "The server is a read-only standby: nobody can log in or out.",
      fix: "Connect to the primary; with several hosts, ask for target_session_attrs=read-write.",
    });
  const off = [fsync === "off" && "fsync", fullPages === "off" && "full_page_writes"].filter((name) => name);
  if (commit === "off") off.push("synchronous_commit");
  findings.push(
    off.length === 0
      ? { level: "ok", message: "Commits are durable (fsync, full_page_writes, synchronous_commit)." }
      : {
          level: "error",
          message: `Commits are not durable (${off.join(", ")} off): after a crash a revoked session may be back.`,
          fix: `Set ${off.map((name) => `${name} = on`).join(", ")}.`,
        },
  );
  // Without an address it is a Unix socket.
  if (tls !== "true" && client !== null && client !== undefined && !LOOPBACK.test(client))
    findings.push({
      level: "warning",
      message: "The connection to PostgreSQL is not encrypted, and not on this machine.",
      fix: "Add sslmode=verify-full to the address, or ssl to the pool.",
    });
  return findings;
}

async function clockFinding(ask: Ask, now: () => number): Promise<StoreFinding> {
  const before = now();
  const [row] = await ask("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
  const skew = Math.round((row![0] as number) - (before + now()) / 2);
  if (Math.abs(skew) <= GREATEST_SKEW_MS) return { level: "ok", message: "The clocks agree." };
  const seconds = (Math.abs(skew) / 1000).toFixed(1);
  return {
    level: "warning",
    message: `The server's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} this machine's: one of them makes sessions end at the wrong time.`,
    fix: "Synchronise both by NTP.",
  };
}

async function tableFinding(ask: Ask, table: PostgresTable): Promise<StoreFinding> {
  const missing: StoreFinding = {
    level: "error",
    message: `There is no up-to-date table ${table.name}.`,
    fix: "Call store.migrate() when the application starts.",
  };
  // A query for what is not there would close its connection.
  const [there] = await ask(
    `SELECT to_regclass('${table.quoted}') IS NOT NULL AND to_regclass('${table.version}') IS NOT NULL`,
  );
  if (there![0] !== "t") return missing;
  const [row] = await ask(`SELECT version::bigint FROM ${table.version}`);
  const version = (row?.[0] as number | undefined) ?? 0;
  if (version < POSTGRES_SCHEMA_VERSION) return missing;
  if (version === POSTGRES_SCHEMA_VERSION)
    return { level: "ok", message: `The table ${table.name} is there, in schema version ${version}.` };
  return {
    level: "error",
    message: `The table ${table.name} has schema version ${version}; this coatcheck knows ${POSTGRES_SCHEMA_VERSION}.`,
    fix: "Install the newer coatcheck that migrated it.",
  };
}

function listenerFinding(pool: PostgresPool): StoreFinding {
  if (pool.listenerCount?.("error") !== 0)
    return { level: "ok", message: "A connection that breaks while idle does not end the process." };
  return {
    level: "warning",
    message: "The pool has no listener for errors: a connection that breaks while idle ends the process.",
    fix: 'Add pool.on("error", (error) => console.error(error)).',
  };
}

async function channelFinding(start: NonNullable<SessionStore["watch"]>): Promise<StoreFinding> {
  try {
    const watch = await start(() => {});
    try {
      await watch.caughtUp();
    } finally {
      await watch.stop();
    }
    return { level: "ok", message: "Notifications of changes arrive." };
  } catch {
    return {
      level: "warning",
      message: "Notifications of changes do not arrive: caches stand aside, and revocations are not pushed.",
      fix: "Connect without a pooler, or with one in session mode; or set notify: false.",
    };
  }
}
