import { asyncProperty, check, scheduler, stringify } from "fast-check";
import { describe, expect, test } from "vitest";
import { cachedStore } from "../../../src/stores/cached.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import type { SessionStore } from "../../../src/stores/store.ts";
import { storeContract } from "../../../src/testing/index.ts";
import { plans, World, type Front, type StepName } from "../../sessions/races.model.ts";
import { sqliteFolder } from "../sqlite/folder.ts";

const { file } = sqliteFolder();

/** Seconds that no test lasts, not even with the clocks that it sets. */
const LONG = 1_000_000;

/** Two nodes as one store: what one has written, the other has to find as soon as it has caught up. */
async function twoNodes(writing: SessionStore, reading: SessionStore): Promise<SessionStore> {
  const watch = await reading.watch!(() => undefined);
  return {
    ...writing,
    async find(id) {
      await watch.caughtUp();
      // Twice: the first lookup may fill the cache, and the second one is answered from there.
      const found = await reading.find(id);
      expect(await reading.find(id)).toEqual(found);
      return found;
    },
  };
}

type Make = (now: () => number) => SessionStore | Promise<SessionStore>;

const caches: [string, Make][] = [
  ["a memory store", (now) => cachedStore(memoryStore({ now }), { maxAge: LONG, now })],
  [
    "one memory store, two of them",
    (now) => {
      const store = memoryStore({ now });
      const [one, two] = [store, store].map((origin) => cachedStore(origin, { maxAge: LONG, now }));
      return twoNodes(one!, two!);
    },
  ],
  [
    "one SQLite file, two of them",
    async (now) => {
      const path = file();
      const stores = [1, 2].map(() => sqliteStore({ path, now }));
      await stores[0]!.migrate();
      // Another machine that is busy is no outage.
      const [one, two] = stores.map((origin) => cachedStore(origin, { maxAge: LONG, now, timeout: 10 }));
      return twoNodes(one!, two!);
    },
  ],
];

describe.each(caches)("a cache over %s", (_what, make) => {
  test.each(storeContract)("$name", async ({ run }) => {
    await expect(run(make)).resolves.toBeUndefined();
  });
});

describe("sessions over a cache, in any order of store calls", { timeout: 60_000 }, () => {
  const writes: readonly StepName[] = ["login", "patch", "count", "count later", "look"];
  const mixes: readonly { mix: string; names: readonly StepName[] }[] = [
    { mix: "updates and flash values", names: ["patch", "count", "count later", "flash", "look"] },
    { mix: "logins and logouts", names: [...writes, "clear", "logout", "rotate"] },
    { mix: "logins and revocations", names: [...writes, "revoke", "revoke user", "rotate"] },
    {
      mix: "all that happens while time passes",
      names: [...writes, "clear", "revoke user", "flash", "wait"],
    },
  ];

  test.for(mixes)(
    "$mix lose nothing that was acknowledged, and bring nothing back",
    async ({ names }, { task }) => {
      let [asked, sent] = [0, 0];
      const front: Front = (store, now) => {
        const find = (id: string) => (sent++, store.find(id));
        const cache = cachedStore({ ...store, find }, { maxAge: LONG, now });
        const counting: SessionStore = { ...cache, find: (id) => (asked++, cache.find(id)) };
        return counting;
      };
      const property = asyncProperty(scheduler(), plans(names), async (order, all) => {
        await new World(order, undefined, front).run(all);
      });
      const { failed, counterexample, errorInstance } = await check(property, { numRuns: 500, seed: 7 });
      expect(failed ? `${String(errorInstance)}\n${stringify(counterexample)}` : "").toBe("");
      task.meta.note = `${asked - sent} of ${asked} lookups answered by the cache`;
      expect((asked - sent) / asked).toBeGreaterThan(0.1);
    },
  );
});
