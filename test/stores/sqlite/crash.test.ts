import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { testRecord } from "../../../src/testing/index.ts";
import { sqliteFolder } from "./folder.ts";
import { sqliteProcess } from "./processes.ts";

const { file } = sqliteFolder();
const ROUNDS = process.env["COATCHECK_SCALE"] === "full" ? 100 : 12;

test("four processes lose no update of one record", async ({ task }) => {
  const path = file();
  const store = sqliteStore({ path });
  await store.migrate();
  const shared = testRecord({ createdAt: Date.now(), data: '{"n":0}' });
  await store.insert(shared);
  const processes = await Promise.all(
    Array.from({ length: 4 }, () => sqliteProcess("count", path, shared.id)),
  );
  const start = performance.now();
  for (const { begin } of processes) begin();
  await Promise.all(processes.map(({ done }) => done()));
  task.meta.note = `1000 updates by 4 processes in ${Math.round(performance.now() - start)} ms`;
  expect(await store.find(shared.id)).toMatchObject({ version: 1001, data: '{"n":1000}' });
});

test(
  "a process that is killed loses nothing that it acknowledged",
  { timeout: 20_000 * ROUNDS },
  async ({ task }) => {
    const path = file();
    const store = sqliteStore({ path });
    await store.migrate();
    await store.close();
    const said = {
      "+": new Set<string>(),
      "~": new Set<string>(),
      "?": new Set<string>(),
      "-": new Set<string>(),
    };

    for (let round = 0; round < ROUNDS; round++) {
      const { child, begin } = await sqliteProcess("churn", path);
      let text = "";
      child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
      begin();
      await once(child.stdout!, "data");
      setTimeout(() => child.kill("SIGKILL"), 5 + Math.random() * 60);
      await once(child, "close");
      expect(child.signalCode).toBe("SIGKILL");
      // What follows the last line break was cut off.
      for (const line of text.split("\n").slice(0, -1)) said[line[0] as keyof typeof said].add(line.slice(1));

      const reopened = sqliteStore({ path });
      const kept = new Map((await reopened.findByUser("7")).map(({ id, version }) => [id, version]));
      expect([...said["+"]].filter((id) => !said["?"].has(id) && !kept.has(id))).toEqual([]);
      expect([...said["~"]].filter((id) => kept.has(id) && kept.get(id) !== 2)).toEqual([]);
      expect([...said["-"]].filter((id) => kept.has(id))).toEqual([]);
      await reopened.close();
    }
    const database = new DatabaseSync(path);
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    database.close();
    expect(said["-"].size).toBeGreaterThan(0);
    task.meta.note = `${ROUNDS} kills: ${said["+"].size} acknowledged inserts, ${said["-"].size} acknowledged removals, none lost`;
  },
);
