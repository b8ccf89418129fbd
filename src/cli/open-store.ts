import { isSessionError } from "../core/errors.ts";
import { createSessions, type Sessions } from "../sessions.ts";
import type { DatabaseStore } from "../stores/store.ts";
import { UsageError, type CommandInput } from "./command.ts";
import type { CliIo } from "./io.ts";
import { numberOption } from "./parse.ts";
import { storeAddress, type StoreAddress } from "./store-address.ts";

const DEFAULT_TIMEOUT = 5;
/** What closing may take: a database that hangs would otherwise hold the command up. */
const CLOSING_MS = 1000;

/** Opens a store. Its module is loaded now, so that a command that needs none starts fast. */
async function openStore(
  address: StoreAddress,
  input: CommandInput,
  now: () => number,
): Promise<DatabaseStore> {
  const table = input.text("table");
  const prefix = input.text("prefix");
  if (address.kind === "redis" ? table !== undefined : prefix !== undefined)
    throw new UsageError("--table is for SQLite and PostgreSQL, --prefix for Redis.");
  const named = table === undefined ? { now } : { now, table };
  if (address.kind === "sqlite")
    return (await import("../stores/sqlite.ts")).sqliteStore({ path: address.path, ...named });
  if (address.kind === "postgres")
    return (await import("../stores/postgres.ts")).postgresStore({ url: address.url, ...named });
  const keyed = prefix === undefined ? { now } : { now, prefix };
  return (await import("../stores/redis.ts")).redisStore({ url: address.url, ...keyed });
}

/** A store that a command works on, by itself and through the sessions of an application. */
export interface OpenStore {
  readonly store: DatabaseStore;
  readonly sessions: Sessions;
  readonly address: StoreAddress;
  /** Seconds that the store may take. */
  readonly timeout: number;
  /** Rejects when what it is given takes longer than the store may. */
  readonly inTime: <Result>(work: Promise<Result>) => Promise<Result>;
}

/**
 * Opens the store that a command was given, works on it, and closes it whatever happens.
 *
 * @throws UsageError when none was given.
 */
export async function withStore<Result>(
  input: CommandInput,
  io: CliIo,
  work: (open: OpenStore) => Promise<Result>,
): Promise<Result> {
  const address = storeAddress(input, io);
  if (address === undefined)
    throw new UsageError(
      "There is no store: give --store, or set SESSION_STORE or DATABASE_URL. Sessions in cookies can be neither listed nor revoked.",
    );
  const timeout = numberOption(input, "timeout", 1) ?? DEFAULT_TIMEOUT;
  const name = input.text("name");
  const store = await openStore(address, input, io.now).catch(asUsage);
  try {
    const sessions = createSessions({ store, name, storeTimeout: timeout, now: io.now });
    return await work({
      store,
      sessions,
      address,
      timeout,
      inTime: (started) => within(started, timeout * 1000),
    });
  } finally {
    await within(store.close(), CLOSING_MS).catch(() => undefined);
  }
}

async function within<Result>(work: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The store did not answer within ${milliseconds / 1000} s.`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Stores refuse wrong options when they are made, in words that hold no address. */
function asUsage(error: unknown): never {
  throw isSessionError(error, "ERR_SESSION_CONFIG") ? new UsageError(error.message, { cause: error }) : error;
}
