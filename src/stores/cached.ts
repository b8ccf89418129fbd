import { carryCircuit, createCircuit } from "../circuit.ts";
import { SessionError } from "../core/errors.ts";
import { createChannel } from "./cached/channel.ts";
import { createElapsedClock } from "./cached/clock.ts";
import { CachedEntries, UNWATCHED } from "./cached/entries.ts";
import { checkCachedOptions, type CachedStoreOptions } from "./cached/options.ts";
import type { SessionRecord, SessionStore, StoreChange } from "./store.ts";

export type { CachedStoreOptions } from "./cached/options.ts";

/** The longest time between two proofs that the channel works. */
const MAX_HEARTBEAT_MS = 1000;

/** A lookup under way, which everybody who asks for the same record waits for. */
interface Lookup {
  answer?: Promise<SessionRecord | undefined>;
}

/** An update under way. */
interface Write {
  readonly version: number;
}

/**
 * A cache in front of any store that can watch: a session that was read lately costs no round trip, and a
 * change or a revocation by any node is pushed into every cache. `createSessions` needs no circuit breaker of
 * its own over it.
 *
 * Why nothing is answered later than `maxAge` after its revocation was acknowledged, `staleFor` apart: be
 * that moment A. A lookup that was sent after A does not find the record. So who still answers it read it by a lookup sent at
 * S <= A, and every answer is given before S + maxAge, be it from the cache or from a lookup that was slow. S
 * is noted before the lookup leaves, and time is read from a clock that is never late, hence S + maxAge <= A
 * + maxAge. An update's own record counts as read before the update was sent, for the same reason. No step
 * needs the channel; what the channel adds is that it does not take that long. While it gives no proof that
 * it works, every lookup goes to the store.
 *
 * @param store - Has `watch`; all of the built-in stores do.
 * @returns a store with the methods that `store` has, which reject with `ERR_SESSION_STORE` when it does not
 *   answer in time.
 * @throws SessionError `ERR_SESSION_CONFIG`, when the store cannot watch, or an option is unknown or invalid.
 */
export function cachedStore(store: SessionStore, options: CachedStoreOptions): SessionStore {
  const { maxAge, staleFor, maxEntries, maxBytes, timeout, now, clock } = checkCachedOptions(store, options);
  const elapsed = createElapsedClock(clock, now);
  const circuit = createCircuit(store, { timeout, clock });
  const inner = circuit.store;

  const entries = new CachedEntries({ maxEntries, maxBytes });
  /** What is under way and was not overtaken by a change: only that is kept or shared. */
  const lookups = new Map<string, Lookup>();
  const writes = new Map<string, Write>();
  /** Counts the stretches of the channel: a record read in an earlier one may have changed without a word. */
  let stretch = 0;

  const channel = createChannel({
    watch: (listener) => store.watch!(listener),
    heartbeat: Math.min(MAX_HEARTBEAT_MS, maxAge / 4),
    elapsed,
    onChange,
  });

  function onChange(change: StoreChange): void {
    if (change.type === "missed") {
      stretch++;
      lookups.clear();
      writes.clear();
    } else {
      const version = change.type === "updated" ? change.version : Infinity;
      // An update of this process comes back as a notification too.
      if ((entries.get(change.id)?.version ?? 0) < version) entries.delete(change.id);
      if ((writes.get(change.id)?.version ?? 0) < version) writes.delete(change.id);
      lookups.delete(change.id);
    }
  }

  /** Makes what is known of a record unusable, and what is under way too. */
  function forget(id: string): void {
    entries.delete(id);
    lookups.delete(id);
    writes.delete(id);
  }

  /** As {@link forget}, but an outage may still show the record as it was. */
  function distrust(id: string): void {
    const entry = entries.get(id);
    if (entry !== undefined) entry.watchedSince = UNWATCHED;
    lookups.delete(id);
    writes.delete(id);
  }

  const expired = ({ expiresAt }: Pick<SessionRecord, "expiresAt">) => expiresAt <= now();

  /** What is cached of a record, as long as it may be answered. */
  function known(id: string): SessionRecord | undefined {
    const moment = elapsed();
    const entry = entries.get(id);
    if (
      !channel.use(moment) ||
      entry === undefined ||
      entry.watchedSince !== stretch ||
      moment >= entries.readAt(entry) + maxAge ||
      entries.expiresAt(entry) <= now()
    )
      return undefined;
    entries.markUsed(id, entry);
    return entries.recordOf(id, entry);
  }

  function lookUp(id: string): Promise<SessionRecord | undefined> {
    const shared = lookups.get(id);
    if (shared?.answer !== undefined) return shared.answer;
    const lookup: Lookup = {};
    lookups.set(id, lookup);
    lookup.answer = askStore(id, lookup);
    return lookup.answer;
  }

  async function askStore(id: string, lookup: Lookup): Promise<SessionRecord | undefined> {
    try {
      const { record, readAt } = await findInTime(id);
      if (lookups.get(id) === lookup) {
        if (record === undefined) entries.delete(id);
        else entries.put(record, readAt, stretch);
      }
      return record;
    } catch (error) {
      const entry = entries.get(id);
      const isUsable =
        entry !== undefined &&
        elapsed() < entries.readAt(entry) + staleFor &&
        entries.expiresAt(entry) > now();
      if (!isUsable) throw error;
      return entries.recordOf(id, entry);
    } finally {
      if (lookups.get(id) === lookup) lookups.delete(id);
    }
  }

  /** An answer that took longer than `maxAge`, because the process slept perhaps, says nothing any more. */
  async function findInTime(id: string): Promise<{ record: SessionRecord | undefined; readAt: number }> {
    for (let tries = 0; tries < 2; tries++) {
      const readAt = elapsed();
      const found = await inner.find(id);
      const record = found === undefined || expired(found) ? undefined : Object.freeze(found);
      if (elapsed() < readAt + maxAge) return { record, readAt };
    }
    throw new SessionError("ERR_SESSION_STORE", "The session store answered later than the cache's maxAge.");
  }

  const cached: SessionStore = {
    ...inner,

    find(id) {
      const record = known(id);
      return record === undefined ? lookUp(id) : Promise.resolve(record);
    },

    async insert(record) {
      await inner.insert(record);
      // A lookup from before has not found it.
      lookups.delete(record.id);
    },

    async update(record, expectedVersion) {
      const { id, version } = record;
      const kept = { ...record };
      const ends = record.successor !== undefined || expired(record);
      const settle = ends ? forget : distrust;
      settle(id);
      const readAt = elapsed();
      const write: Write = { version };
      writes.set(id, write);
      let updated: boolean | undefined;
      try {
        updated = await inner.update(record, expectedVersion);
        return updated;
      } finally {
        const overtaken = writes.get(id) !== write;
        if (updated === undefined) settle(id);
        else forget(id);
        if (updated === true && !overtaken && !ends) entries.put(kept, readAt, stretch);
      }
    },

    async delete(id) {
      forget(id);
      await inner.delete(id).finally(() => forget(id));
    },

    ...(inner.deleteByUser && {
      async deleteByUser(userId, exceptId) {
        const forgetUser = (): void => {
          entries.deleteByUser(userId, exceptId);
          // Whose records these will turn out to be is not known yet.
          lookups.clear();
          writes.clear();
        };
        forgetUser();
        return inner.deleteByUser!(userId, exceptId).finally(forgetUser);
      },
    }),

    watch: (listener) => channel.watch(listener),
  };

  carryCircuit(cached, { circuit, readsOn: staleFor > 0, known });
  return cached;
}
