// A process of its own on a database file: `child.ts <task> <path> [argument]`. It says "ready", and begins when told to.
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { testRecord } from "../../../src/testing/index.ts";

const [task, path, argument] = process.argv.slice(2) as [string, string, string];

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  /** Holds the write lock for so many milliseconds. */
  async lock() {
    const database = new DatabaseSync(path);
    database.exec("BEGIN IMMEDIATE");
    process.send!("locked");
    await sleep(Number(argument));
    database.exec("COMMIT");
    database.close();
  },

  /** Migrates so many new files, as other processes do at the same time. */
  async migrate() {
    for (let n = 0; n < Number(argument); n++) {
      const store = sqliteStore({ path: `${path}.${n}` });
      await store.migrate();
      await store.close();
    }
  },

  /** Counts one record up 250 times. */
  async count() {
    const store = sqliteStore({ path });
    for (let done = 0; done < 250;) {
      const record = (await store.find(argument))!;
      const data = JSON.stringify({ n: (JSON.parse(record.data) as { n: number }).n + 1 });
      if (await store.update({ ...record, version: record.version + 1, data }, record.version)) done++;
    }
    await store.close();
  },

  /** Removes a record. */
  async remove() {
    const store = sqliteStore({ path });
    await store.delete(argument);
    await store.close();
  },

  /** Writes until it is killed, and says on stdout what was acknowledged: + kept, ~ updated, - removed; ? is about to be removed. */
  async churn() {
    const store = sqliteStore({ path });
    // A full pipe takes a line later: what is not said yet must not be done yet.
    const say = (line: string) =>
      new Promise<void>((resolve) => void process.stdout.write(`${line}\n`, () => resolve()));
    const worker = async (): Promise<void> => {
      for (let n = 0; ; n++) {
        const record = testRecord({ createdAt: Date.now(), userId: "7" });
        await store.insert(record);
        await say(`+${record.id}`);
        await store.update({ ...record, version: 2 }, 1);
        await say(`~${record.id}`);
        if (n % 2 === 0) continue;
        await say(`?${record.id}`);
        await store.delete(record.id);
        await say(`-${record.id}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  },
};

process.once("message", () => void tasks[task]!().then(() => process.disconnect()));
process.send!("ready");
