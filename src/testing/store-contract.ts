import type { SessionRecord, SessionStore, StoreChange } from "../stores/store.ts";
import { fakeClock } from "./clock.ts";

/** Makes an empty store that tells the time by the clock given. */
export type MakeStore = (now: () => number) => SessionStore | Promise<SessionStore>;

/** One line of the contract: passes when the promise resolves. */
export interface ContractCase {
  readonly name: string;
  readonly run: (make: MakeStore) => Promise<void>;
}

/** A record for tests; every field can be replaced. */
export function testRecord(fields: Partial<SessionRecord> & Pick<SessionRecord, "createdAt">): SessionRecord {
  const { createdAt } = fields;
  return {
    id: randomId(),
    version: 1,
    userId: undefined,
    lastSeenAt: createdAt,
    authenticatedAt: undefined,
    idleTimeout: 1800,
    absoluteExpiresAt: createdAt + 43_200_000,
    expiresAt: createdAt + 1_800_000,
    schemaVersion: 1,
    data: "{}",
    flash: undefined,
    ...fields,
  };
}

/**
 * What every store must do, as cases for any test runner:
 *
 * ```ts
 * for (const { name, run } of storeContract) test(name, () => run((now) => memoryStore({ now })));
 * ```
 *
 * The optional methods are held to the contract where a store has them.
 */
export const storeContract: readonly ContractCase[] = [
  contract("finds what was inserted, field by field", async ({ store, record }) => {
    const full = record({
      userId: "7",
      authenticatedAt: 5,
      data: '{"a":"ä😀\\u0000"}',
      flash: '{"f":1}',
      version: 3,
      successor: "s",
      device: '{"userAgent":"Owl/1.0"}',
      authentication: '{"methods":["password"]}',
    });
    const bare = record({});
    await store.insert(full);
    await store.insert(bare);
    equal(await store.find(full.id), full);
    equal(await store.find(bare.id), bare);
  }),

  contract("finds nothing where nothing is", async ({ store }) => {
    equal(await store.find(randomId()), undefined);
  }),

  contract("does not find a record from the moment that it expires", async ({ store, record, clock }) => {
    const kept = record({});
    await store.insert(kept);
    clock.advance(1_799_999);
    equal((await store.find(kept.id))?.id, kept.id);
    clock.advance(1);
    equal(await store.find(kept.id), undefined);
  }),

  contract("refuses to insert an id twice, and keeps the first", async ({ store, record }) => {
    const first = record({ data: '{"n":1}' });
    await store.insert(first);
    await rejects(() => store.insert({ ...first, data: '{"n":2}' }));
    equal((await store.find(first.id))?.data, '{"n":1}');
  }),

  contract("updates a record of the expected version", async ({ store, record }) => {
    const kept = record({});
    await store.insert(kept);
    const next = { ...kept, version: 2, data: '{"n":2}', userId: "9", expiresAt: kept.expiresAt + 1000 };
    equal(await store.update(next, 1), true);
    equal(await store.find(kept.id), next);
  }),

  contract("does not update a record of another version", async ({ store, record }) => {
    const kept = record({ version: 2 });
    await store.insert(kept);
    equal(await store.update({ ...kept, version: 2, data: '{"n":9}' }, 1), false);
    equal(await store.find(kept.id), kept);
  }),

  contract("never creates a record by updating", async ({ store, record }) => {
    const gone = record({});
    equal(await store.update(gone, 1), false);
    equal(await store.find(gone.id), undefined);
    await store.insert(gone);
    await store.delete(gone.id);
    equal(await store.update({ ...gone, version: 2 }, 1), false);
    equal(await store.find(gone.id), undefined);
  }),

  contract("does not bring an expired record back by updating", async ({ store, record, clock }) => {
    const kept = record({});
    await store.insert(kept);
    clock.advance(1_800_000);
    equal(await store.update({ ...kept, version: 2, expiresAt: clock.now() + 1000 }, 1), false);
    equal(await store.find(kept.id), undefined);
  }),

  contract("ends a record by an update whose expiry has passed", async ({ store, record }) => {
    const kept = record({ userId: "7" });
    await store.insert(kept);
    equal(await store.update({ ...kept, version: 2, expiresAt: 0 }, 1), true);
    equal(await store.find(kept.id), undefined);
    equal(await store.update({ ...kept, version: 3 }, 2), false);
    equal(await store.find(kept.id), undefined);
    equal((await store.findByUser?.("7")) ?? [], []);
    await store.delete(kept.id);
  }),

  contract("tells ids and users apart by case", async ({ store, record }) => {
    const lower = record({ id: "a".repeat(43), userId: "ada" });
    const upper = record({ id: "A".repeat(43), userId: "Ada" });
    await store.insert(lower);
    equal(await store.find(upper.id), undefined);
    await store.insert(upper);
    if (store.findByUser !== undefined) equal(await store.findByUser("Ada"), [upper]);
    await store.delete(lower.id);
    equal(await store.find(upper.id), upper);
  }),

  contract("lets one of many parallel updates of a version win", async ({ store, record }) => {
    const kept = record({});
    await store.insert(kept);
    const attempts = Array.from({ length: 25 }, (_, n) =>
      store.update({ ...kept, version: 2, data: `{"n":${n}}` }, 1),
    );
    const won = await Promise.all(attempts);
    equal(won.filter(Boolean).length, 1);
    equal((await store.find(kept.id))?.data, `{"n":${won.indexOf(true)}}`);
  }),

  contract("deletes, and does not mind when there is nothing to delete", async ({ store, record }) => {
    const kept = record({});
    await store.insert(kept);
    await store.delete(kept.id);
    await store.delete(kept.id);
    equal(await store.find(kept.id), undefined);
  }),

  contract("finds a user's living records, latest seen first", async ({ store, record, clock }) => {
    if (store.findByUser === undefined) return;
    const early = record({ userId: "7", lastSeenAt: clock.now() - 2 });
    const late = record({ userId: "7", lastSeenAt: clock.now() - 1 });
    const dead = record({ userId: "7", expiresAt: clock.now() });
    const others = ["8", "77", "07", "7 "].map((userId) => record({ userId }));
    for (const one of [early, dead, late, ...others, record({})]) await store.insert(one);
    equal(await store.findByUser("7"), [late, early]);
    equal(await store.findByUser("6"), []);
  }),

  contract("follows a record from one user to another", async ({ store, record }) => {
    if (store.findByUser === undefined) return;
    const kept = record({ userId: "7" });
    await store.insert(kept);
    await store.update({ ...kept, version: 2, userId: "8" }, 1);
    equal(await store.findByUser("7"), []);
    equal((await store.findByUser("8")).length, 1);
    await store.update({ ...kept, version: 3, userId: undefined }, 2);
    equal(await store.findByUser("8"), []);
  }),

  contract("deletes a user's records but one", async ({ store, record }) => {
    if (store.deleteByUser === undefined) return;
    const mine = [record({ userId: "7" }), record({ userId: "7" }), record({ userId: "7" })];
    const other = record({ userId: "77" });
    for (const one of [...mine, other]) await store.insert(one);
    equal(await store.deleteByUser("7", mine[1]!.id), 2);
    equal(await Promise.all(mine.map(async (one) => (await store.find(one.id)) !== undefined)), [
      false,
      true,
      false,
    ]);
    equal((await store.find(other.id))?.id, other.id);
    equal(await store.deleteByUser("7"), 1);
    equal(await store.deleteByUser("7"), 0);
  }),

  contract("removes expired records in batches, and no living one", async ({ store, record, clock }) => {
    if (store.deleteExpired === undefined) return;
    const living = record({ expiresAt: clock.now() + 1 });
    const dead = Array.from({ length: 5 }, (_, n) => record({ expiresAt: clock.now() - n }));
    await store.insert(living);
    for (const one of dead) await store.insert(one);
    const removed = await store.deleteExpired(3);
    // A server that removes them by itself leaves nothing to be removed.
    if (removed !== 0) equal([removed, await store.deleteExpired(3)], [3, 2]);
    equal(await store.deleteExpired(3), 0);
    equal((await store.find(living.id))?.id, living.id);
    // Gone, not merely hidden: their ids are free.
    for (const one of dead) await store.insert({ ...one, expiresAt: clock.now() + 1 });
  }),

  contract("tells a watcher of changes and removals, until it stops", async ({ store, record }) => {
    if (store.watch === undefined) return;
    const changes: StoreChange[] = [];
    const watch = await store.watch((change) => changes.push(change));
    const kept = record({ userId: "7" });
    await store.insert(kept);
    await store.update({ ...kept, version: 2 }, 1);
    await store.delete(kept.id);
    await watch.caughtUp();
    equal(changes, [
      { type: "updated", id: kept.id, version: 2 },
      { type: "deleted", id: kept.id },
    ]);
    await watch.stop();
    const later = record({});
    await store.insert(later);
    await store.delete(later.id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    equal(changes.length, 2);
  }),

  contract("tells every watcher of what a user's removal removes", async ({ store, record }) => {
    if (store.watch === undefined || store.deleteByUser === undefined) return;
    const told: string[][] = [[], []];
    const watches = await Promise.all(
      told.map((ids) =>
        store.watch!((change) => {
          if (change.type === "deleted") ids.push(change.id);
        }),
      ),
    );
    const mine = [record({ userId: "7" }), record({ userId: "7" }), record({ userId: "7" })];
    for (const one of [...mine, record({ userId: "8" })]) await store.insert(one);
    await store.deleteByUser("7", mine[1]!.id);
    await Promise.all(watches.map((watch) => watch.caughtUp()));
    const gone = [mine[0]!.id, mine[2]!.id].toSorted();
    equal(
      told.map((ids) => ids.toSorted()),
      [gone, gone],
    );
    await Promise.all(watches.map((watch) => watch.stop()));
  }),
];

interface Given {
  readonly store: SessionStore;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly record: (fields: Partial<SessionRecord>) => SessionRecord;
}

function contract(name: string, body: (given: Given) => Promise<void>): ContractCase {
  return {
    name,
    async run(make) {
      const clock = fakeClock();
      const record = (fields: Partial<SessionRecord>): SessionRecord =>
        testRecord({ createdAt: clock.now(), ...fields });
      await body({ store: await make(clock.now), clock, record });
    },
  };
}

function randomId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Compares JSON values; a field that is `undefined` equals one that is missing. */
function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [canonical(actual), canonical(expected)];
  if (a !== b) throw new Error(`The store answered ${a}, expected ${b}.`);
}

function canonical(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return text ?? "undefined";
}

async function rejects(call: () => Promise<unknown>): Promise<void> {
  const failed = await call().then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error("The store accepted what it must refuse.");
}
