/**
 * What Coatcheck is expected to cost, whatever was measured: scenarios turn it into claims, and a full run says of each whether it
 * is met. Times are microseconds of processor time, unless they are called otherwise.
 */

/** A request of a visitor who was here lately, from the `Cookie` header to the data, by bytes of data. */
export const RECENT = {
  small: { atMost: 0.6, secureSession: 5, ironSession: 250, h3: 6000 },
  medium: { atMost: 2.5, secureSession: 2, ironSession: 80, h3: 1500 },
} as const;

/** The same of a token that was not seen before, beside the bare cipher and @fastify/secure-session. */
export const NEW = { cipher: 1.3, secureSession: 1.5 } as const;

/** A forged cookie beside a valid one, and how much more h3 spends on one. */
export const FORGED = { valid: 3, h3: 500 } as const;

/** How much longer the slowest hundredth of the visitors may wait while 5,000 forged cookies a second come in. */
export const FLOOD_SLOWDOWN = 2;

/** A session that was opened and not touched. */
export const UNTOUCHED = 0.1;

/** Which part of the requests a second stays, beside the same server without sessions. */
export const HTTP = { node: 0.9, h3: 0.95, solidStart: 0.95 } as const;

/** A stored session of 60 bytes that is read from the cache. */
export const CACHED = 1;

/** The whole way to a session in SQLite, in bare lookups; how many PostgreSQL answers with 64 under way, beside one query a request; a lookup
 * in Redis, in its client's. */
export const STORED = { sqlite: 1.3, postgres: 3, redis: 1 } as const;

/** How many durable writes a store makes with 64 under way, beside a client that makes one by one. */
export const WRITES = { sqlite: 8, postgres: 3, redis: 1 } as const;

/** Milliseconds to import, bytes gzipped. */
export const MODULES = { core: 5, solidStart: 8, coreBytes: 10_000 } as const;

/** Bytes in memory beside the data, of a session in the cache. */
export const CACHE_OVERHEAD = 400;

/** Bytes of heap that a request may leave behind, over the second half of ten million: less than half a megabyte in all. */
export const HEAP_GROWTH = 0.1;

/** Milliseconds for which a sweep may hold up a read. */
export const SWEEP = 5;
