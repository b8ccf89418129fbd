import { memoryStore } from "../../stores/memory.ts";
import type { SessionStore } from "../../stores/store.ts";

/**
 * A store in memory that forgets the oldest record when there are too many. Attempts are counted there that
 * somebody may make up by the million, so one of them must not cost memory for ever; and a hundred thousand
 * that push one account's count out buy no more than the ten guesses of its limit.
 */
export function boundedStore(now: () => number, maxRecords: number): SessionStore {
  const { find, insert, update, delete: remove } = memoryStore({ now });
  // A Set keeps the order of coming.
  const ids = new Set<string>();

  async function forget(id: string): Promise<void> {
    ids.delete(id);
    await remove(id);
  }

  return {
    find,
    update,
    delete: forget,
    async insert(record) {
      await insert(record);
      ids.add(record.id);
      const [oldest] = ids;
      if (ids.size > maxRecords) await forget(oldest!);
    },
  };
}
