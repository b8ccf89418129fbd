import type { SessionStore } from "coatcheck";
import { cachedStore, type CachedStoreOptions } from "coatcheck/stores/cached";
import { PATIENCE } from "../settings.ts";

/** Seconds for which a record is answered, as the guide recommends: that older ones are read anew is part of what is measured. */
const MAX_AGE = 10;

/** A store behind a cache as it is recommended. */
export function cacheOver(
  store: SessionStore,
  limits: Pick<CachedStoreOptions, "maxEntries" | "maxBytes"> = {},
): SessionStore {
  return cachedStore(store, { maxAge: MAX_AGE, timeout: PATIENCE, ...limits });
}
