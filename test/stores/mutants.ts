import type { SessionRecord, SessionStore } from "../../src/stores/store.ts";

type Store = Required<SessionStore>;

/** A store with one fault, such as a hurried implementation has. */
export interface Mutant {
  readonly fault: string;
  readonly make: (good: Store, now: () => number) => Partial<Store>;
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Remembers records as they were written, for faults that need what the good store no longer answers. */
function remember(good: Store) {
  const records = new Map<string, SessionRecord>();
  return {
    records,
    insert: async (record: SessionRecord) => {
      await good.insert(record);
      records.set(record.id, record);
    },
    update: async (record: SessionRecord, version: number) => {
      const done = await good.update(record, version);
      if (done) records.set(record.id, record);
      return done;
    },
  };
}

export const mutants: readonly Mutant[] = [
  {
    fault: "update creates what is not there",
    make: (good) => ({
      async update(record, version) {
        if ((await good.find(record.id)) !== undefined) return good.update(record, version);
        await good.delete(record.id);
        await good.insert(record);
        return true;
      },
    }),
  },
  {
    fault: "update creates what is not there, and says no",
    make: (good) => ({
      async update(record, version) {
        if ((await good.find(record.id)) !== undefined) return good.update(record, version);
        await good.delete(record.id);
        await good.insert(record);
        return false;
      },
    }),
  },
  {
    fault: "update ignores the version",
    make: (good) => ({
      async update(record) {
        const found = await good.find(record.id);
        return found !== undefined && good.update(record, found.version);
      },
    }),
  },
  {
    fault: "update compares and swaps in two steps",
    make(good) {
      const latest = new Map<string, SessionRecord>();
      return {
        async find(id) {
          const found = await good.find(id);
          return found && (latest.get(id) ?? found);
        },
        async update(record, version) {
          const found = await good.find(record.id);
          await settled();
          if ((latest.get(record.id) ?? found)?.version !== version && found?.version !== version)
            return false;
          latest.set(record.id, record);
          return true;
        },
      };
    },
  },
  {
    fault: "update refuses to end a record",
    make: (good, now) => ({
      update: async (record, version) => record.expiresAt > now() && good.update(record, version),
    }),
  },
  {
    fault: "ids are the same whatever their case",
    make: (good) => ({ find: (id) => good.find(id.toLowerCase()).then((found) => found ?? good.find(id)) }),
  },
  { fault: "update keeps nothing", make: () => ({ update: async () => true }) },
  { fault: "update never succeeds", make: () => ({ update: async () => false }) },
  {
    fault: "update does not move expiresAt",
    make: (good) => ({
      async update(record, version) {
        const expiresAt = (await good.find(record.id))?.expiresAt ?? record.expiresAt;
        return good.update({ ...record, expiresAt }, version);
      },
    }),
  },
  {
    fault: "update forgets the user",
    make: (good) => ({
      async update(record, version) {
        const userId = (await good.find(record.id))?.userId;
        return good.update({ ...record, userId }, version);
      },
    }),
  },
  {
    fault: "find ignores expiry",
    make(good) {
      const { records, insert, update } = remember(good);
      return {
        insert,
        update,
        find: async (id) => records.get(id),
        async delete(id) {
          records.delete(id);
          await good.delete(id);
        },
      };
    },
  },
  {
    fault: "find forgets the flash values",
    make: (good) => ({
      async find(id) {
        const found = await good.find(id);
        return found && { ...found, flash: undefined };
      },
    }),
  },
  {
    fault: "find answers seconds for milliseconds",
    make: (good) => ({
      async find(id) {
        const found = await good.find(id);
        return found && { ...found, createdAt: Math.floor(found.createdAt / 1000) };
      },
    }),
  },
  {
    fault: "find answers the user id as a number",
    make: (good) => ({
      async find(id) {
        const found = await good.find(id);
        return found && { ...found, userId: found.userId && (Number(found.userId) as never) };
      },
    }),
  },
  {
    fault: "insert replaces what is there",
    make: (good) => ({
      async insert(record) {
        await good.delete(record.id);
        await good.insert(record);
      },
    }),
  },
  {
    fault: "insert ignores an id that is taken",
    make: (good) => ({
      insert: (record) => good.insert(record).catch(() => undefined),
    }),
  },
  { fault: "delete does nothing", make: () => ({ delete: async () => undefined }) },
  {
    fault: "delete throws when there is nothing",
    make: (good) => ({
      async delete(id) {
        if ((await good.find(id)) === undefined) throw new Error("not there");
        await good.delete(id);
      },
    }),
  },
  {
    fault: "findByUser answers in the order of insertion",
    make: (good) => ({ findByUser: async (userId) => (await good.findByUser(userId)).toReversed() }),
  },
  {
    fault: "findByUser answers expired records",
    make(good) {
      const { records, insert, update } = remember(good);
      return {
        insert,
        update,
        findByUser: async (userId) => [...records.values()].filter((record) => record.userId === userId),
      };
    },
  },
  {
    fault: "findByUser compares by prefix",
    make(good) {
      const { records, insert, update } = remember(good);
      return {
        insert,
        update,
        async findByUser(userId) {
          const ids = new Set([...records.values()].map((record) => record.userId ?? ""));
          const matching = [...ids].filter((id) => id.startsWith(userId));
          return (await Promise.all(matching.map((id) => good.findByUser(id)))).flat();
        },
      };
    },
  },
  {
    fault: "deleteByUser ignores the one to keep",
    make: (good) => ({ deleteByUser: (userId) => good.deleteByUser(userId) }),
  },
  {
    fault: "deleteByUser counts the one to keep",
    make: (good) => ({
      deleteByUser: async (userId, except) =>
        (await good.deleteByUser(userId, except)) + (except === undefined ? 0 : 1),
    }),
  },
  { fault: "deleteByUser removes nothing", make: () => ({ deleteByUser: async () => 2 }) },
  {
    fault: "deleteExpired ignores its limit",
    make: (good) => ({ deleteExpired: () => good.deleteExpired(Number.MAX_SAFE_INTEGER) }),
  },
  {
    fault: "deleteExpired removes the living",
    make(good) {
      const { records, insert, update } = remember(good);
      return {
        insert,
        update,
        async deleteExpired(limit) {
          const removed = await good.deleteExpired(limit);
          for (const id of records.keys()) await good.delete(id);
          return removed;
        },
      };
    },
  },
  { fault: "deleteExpired removes nothing", make: () => ({ deleteExpired: async () => 0 }) },
  {
    fault: "watch tells nothing",
    make: (good) => ({ watch: () => good.watch(() => undefined) }),
  },
  {
    fault: "watch does not stop",
    make: (good) => ({
      watch: async (listener) => ({ ...(await good.watch(listener)), stop: async () => undefined }),
    }),
  },
  {
    fault: "watch tells of updates alone",
    make: (good) => ({
      watch: (listener) => good.watch((change) => change.type === "updated" && listener(change)),
    }),
  },
  {
    fault: "watch confuses updates and removals",
    make: (good) => ({
      watch: (listener) =>
        good.watch((change) =>
          listener(change.type === "updated" ? { type: "deleted", id: change.id } : change),
        ),
    }),
  },
  {
    fault: "watch does not know the version of an update",
    make: (good) => ({
      watch: (listener) =>
        good.watch((change) => listener(change.type === "updated" ? { ...change, version: 0 } : change)),
    }),
  },
  {
    fault: "watch does not tell of what deleteByUser removes",
    make(good) {
      let silent = false;
      return {
        watch: (listener) => good.watch((change) => (silent ? undefined : listener(change))),
        async deleteByUser(userId, exceptId) {
          silent = true;
          const removed = await good.deleteByUser(userId, exceptId);
          await new Promise((resolve) => setTimeout(resolve, 0));
          silent = false;
          return removed;
        },
      };
    },
  },
  {
    fault: "caughtUp answers before the listener was told",
    make: (good) => ({
      watch: (listener) => good.watch((change) => setTimeout(() => listener(change), 5)),
    }),
  },
];
