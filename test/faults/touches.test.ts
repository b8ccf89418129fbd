import { expect, it } from "vitest";
import { createSessions } from "../../src/sessions.ts";
import type { SessionStore } from "../../src/stores/store.ts";
import { cookieFor, fakeClock, testExchange } from "../../src/testing/index.ts";
import { startDatabase, type StoreKind } from "./support/cluster.ts";
import { report } from "./support/scale.ts";
import { cacheOver, openStore } from "./support/store-config.ts";

const MINUTE = 60_000;
const VISITS = 1000;
const KINDS: readonly StoreKind[] = ["memory", "sqlite", "postgres", "redis"];

/** Counts what is asked of a store that would write, and what of it did. */
function spyOn(store: Required<SessionStore>) {
  const counts = { asked: 0, written: 0 };
  const spied: SessionStore = {
    ...store,
    async insert(record) {
      counts.asked++;
      await store.insert(record);
      counts.written++;
    },
    async update(record, version) {
      counts.asked++;
      const updated = await store.update(record, version);
      if (updated) counts.written++;
      return updated;
    },
    async delete(id) {
      counts.asked++;
      counts.written++;
      await store.delete(id);
    },
  };
  return { spied, counts };
}

/** What is in front of the store, and how many requests of the visitor come at once. */
const WAYS = [
  { atOnce: 1, cache: undefined },
  { atOnce: 10, cache: undefined },
  { atOnce: 10, cache: { maxAge: 5 } },
];

it.for(KINDS)(
  "an idle session touched 1,000 times within a minute costs at most two writes: %s",
  async (kind, { task }) => {
    const database = await startDatabase(kind);
    const clock = fakeClock();
    const store = await openStore(database.config, clock.now);
    try {
      const figures: string[] = [];
      for (const { atOnce, cache } of WAYS) {
        const { spied, counts } = spyOn(store);
        const cached = await cacheOver(spied, cache && { ...cache, now: clock.now });
        const sessions = createSessions<{ userId: string }>({ store: cached, now: clock.now });
        const cookie = await cookieFor(sessions, { userId: "harry" });
        counts.asked = counts.written = 0;
        for (let visit = 0; visit < VISITS; visit += atOnce) {
          clock.advance((MINUTE / VISITS) * atOnce);
          const visits = Array.from({ length: atOnce }, () => sessions.open(testExchange({ cookie })));
          for (const session of await Promise.all(visits)) expect(session.data.userId).toBe("harry");
        }
        figures.push(`${counts.asked} (${atOnce} at once${cache === undefined ? "" : ", cached"})`);
        expect(counts.written).toBeGreaterThanOrEqual(1);
        // Also what comes too late to write anything would be a round trip.
        expect(counts.asked).toBeLessThanOrEqual(2);
      }
      report(task, `${kind}: writes of a session touched 1,000 times in a minute: ${figures.join(", ")}`);
    } finally {
      await store.close?.();
      await database.stop();
    }
  },
);
