import type { CachedStoreOptions } from "../../../src/stores/cached.ts";
import type { DatabaseStore, SessionStore } from "../../../src/stores/store.ts";

/** Where the sessions of a node are; plain data, as it travels to another process. */
export type StoreConfig =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres" | "redis"; readonly url: string };

/** What a store is put behind. */
export type CacheConfig = Pick<CachedStoreOptions, "maxAge" | "staleFor" | "timeout" | "now">;

/** A store of a node; the one in memory has nothing to close. */
export type OpenStore = Required<SessionStore> & Partial<Pick<DatabaseStore, "close">>;

/** Opens a store, ready for use. */
export async function openStore(config: StoreConfig, now: () => number = Date.now): Promise<OpenStore> {
  if (config.kind === "memory") return (await import("../../../src/stores/memory.ts")).memoryStore({ now });
  const store = await openDatabase(config, now);
  await store.migrate();
  return store;
}

async function openDatabase(
  config: Exclude<StoreConfig, { kind: "memory" }>,
  now: () => number,
): Promise<DatabaseStore> {
  switch (config.kind) {
    case "sqlite":
      return (await import("../../../src/stores/sqlite.ts")).sqliteStore({ path: config.path, now });
    case "postgres":
      return (await import("../../../src/stores/postgres.ts")).postgresStore({ url: config.url, now });
    default:
      return (await import("../../../src/stores/redis.ts")).redisStore({ url: config.url, now });
  }
}

/** A store behind a cache, where there is to be one. */
export async function cacheOver(store: SessionStore, cache: CacheConfig | undefined): Promise<SessionStore> {
  if (cache === undefined) return store;
  return (await import("../../../src/stores/cached.ts")).cachedStore(store, cache);
}
