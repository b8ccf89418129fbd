import { STORE_TIMEOUT } from "../../circuit.ts";
import { SessionError } from "../../core/errors.ts";
import { refuseUnknownOptions } from "../../core/option-errors.ts";
import type { SessionStore } from "../store.ts";

/** Options of {@link cachedStore}. */
export interface CachedStoreOptions {
  /**
   * Seconds after which a change or a revocation that the store acknowledged is seen here at the latest, also when the
   * store's notifications fail. While they work it takes as long as one of them does, mostly milliseconds.
   */
  readonly maxAge: number;
  /**
   * Seconds for which a record that was read is still answered, to read and not to write, while the store does not
   * answer. A revocation that this process does not hear of may be that late then. @default 0: an error
   */
  readonly staleFor?: number | undefined;
  /** Most records that are kept. @default 10_000 */
  readonly maxEntries?: number | undefined;
  /** Most octets that they may take, two for each UTF-16 unit of their texts. @default 32 MiB */
  readonly maxBytes?: number | undefined;
  /** Seconds that the store may take to answer, as `storeTimeout` of `createSessions`. @default 0.2 */
  readonly timeout?: number | undefined;
  /** The clock of expiry, in milliseconds since the epoch; hand it to the store too. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** A clock that never jumps, in milliseconds, for tests. @default performance.now */
  readonly clock?: (() => number) | undefined;
}

/** {@link CachedStoreOptions} with every default filled in: milliseconds, but for what the circuit takes. */
export interface CheckedCachedOptions {
  readonly maxAge: number;
  readonly staleFor: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** In seconds. */
  readonly timeout: number;
  readonly now: () => number;
  readonly clock: () => number;
}

const KNOWN: ReadonlySet<string> = new Set<keyof CachedStoreOptions>([
  "maxAge",
  "staleFor",
  "maxEntries",
  "maxBytes",
  "timeout",
  "now",
  "clock",
]);

/** @throws SessionError `ERR_SESSION_CONFIG`, naming the option and what it takes. */
export function checkCachedOptions(store: SessionStore, options: CachedStoreOptions): CheckedCachedOptions {
  refuseUnknownOptions(options, KNOWN, "cachedStore");
  const {
    maxAge,
    staleFor = 0,
    maxEntries = 10_000,
    maxBytes = 32 * 1024 * 1024,
    timeout = STORE_TIMEOUT,
    now = Date.now,
    clock = () => performance.now(),
  } = options;
  if (store.watch === undefined)
    fail("needs a store that has `watch`: without it no node would hear of a revocation by another");
  if (!(maxAge > 0 && maxAge < Infinity)) fail("needs maxAge, seconds above 0");
  if (!(staleFor >= 0 && staleFor < Infinity)) fail("takes as staleFor seconds, 0 or more");
  if (!(maxEntries > 0)) fail("takes as maxEntries a number above 0");
  if (!(maxBytes > 0)) fail("takes as maxBytes a number above 0");
  if (!(timeout > 0 && timeout < Infinity)) fail("takes as timeout seconds above 0");
  return { maxAge: maxAge * 1000, staleFor: staleFor * 1000, maxEntries, maxBytes, timeout, now, clock };
}

function fail(problem: string): never {
  throw new SessionError("ERR_SESSION_CONFIG", `cachedStore ${problem}.`);
}
