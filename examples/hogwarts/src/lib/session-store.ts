import type { DatabaseStore, SessionOptions, SessionStore } from "coatcheck";
import { cachedStore } from "coatcheck/stores/cached";
import { postgresStore } from "coatcheck/stores/postgres";
import { redisStore } from "coatcheck/stores/redis";
import { sqliteStore } from "coatcheck/stores/sqlite";
import type { DataSource } from "./database.ts";
import { sessionSecrets } from "./secret.ts";

/** Where sessions live. */
export interface SessionStorage {
  /** The store itself: to migrate and to close. */
  readonly database: DatabaseStore;
  /** What a request asks: the store, or a cache in front of it. */
  readonly store: SessionStore;
  /** Seconds that it may take to answer, where it does not look after that itself. */
  readonly storeTimeout?: number;
}

/**
 * Opens what `SESSION_STORE` names.
 *
 * - left out: the database of the users, `source`
 * - `redis://…`: Redis
 * - `cookie`: none, the sessions are sealed in the visitors' cookies
 *
 * `SESSION_STORE_TIMEOUT`: seconds after which visitors are told that it does not answer.
 */
export function openSessionStore(source: DataSource): SessionStorage | undefined {
  const { env } = process;
  const chosen = env["SESSION_STORE"] || "database";
  const timeout = Number(env["SESSION_STORE_TIMEOUT"] || 0.2);
  if (chosen === "cookie") return undefined;
  if (/^rediss?:/i.test(chosen)) return cached(redisStore({ url: chosen }), timeout);
  // It may be an address, with a password in it.
  if (chosen !== "database") throw new Error("SESSION_STORE must be left out, redis://… or cookie.");
  if ("pool" in source) return cached(postgresStore({ pool: source.pool }), timeout);
  const database = sqliteStore({ path: source.path });
  return { database, store: database, storeTimeout: timeout };
}

/** A server across the network is asked once about a session that comes again soon; revocations are pushed to the cache. */
function cached(database: DatabaseStore, timeout: number): SessionStorage {
  return { database, store: cachedStore(database, { maxAge: 10, timeout }) };
}

/** The options of `createSessions`: only sealed sessions need a secret, and only stored ones can be listed. */
export function sessionOptions(storage: SessionStorage | undefined): SessionOptions {
  const { env } = process;
  return {
    trustProxy: env["TRUST_PROXY"] === "true",
    // Who asks to stay logged in does for 30 days.
    remember: {},
    ...(storage
      ? {
          store: storage.store,
          storeTimeout: storage.storeTimeout,
          devices: { userAgent: true, address: true },
        }
      : { password: sessionSecrets() }),
  };
}
