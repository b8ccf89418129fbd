import { describe, expect, test, vi } from "vitest";
import { memoryStore } from "../../src/stores/memory.ts";
import { fakeClock, storeContract, testRecord } from "../../src/testing/index.ts";

describe("the memory store keeps the contract", () => {
  test.each(storeContract)("$name", async ({ run }) => {
    await expect(run((now) => memoryStore({ now }))).resolves.toBeUndefined();
  });
});

test("refuses an option that there is not", () => {
  expect(() => memoryStore({ clock: Date.now } as object)).toThrow(
    expect.objectContaining({ code: "ERR_SESSION_CONFIG" }),
  );
});

test("goes by the system's clock when it is given none", async () => {
  const store = memoryStore();
  const living = testRecord({ createdAt: Date.now() });
  const dead = testRecord({ createdAt: Date.now() - 1_800_000 });
  await store.insert(living);
  await store.insert(dead);
  expect([(await store.find(living.id))?.id, await store.find(dead.id)]).toEqual([living.id, undefined]);
});

test("does not see what happens to a record's object after it was kept", async () => {
  const clock = fakeClock();
  const store = memoryStore({ now: clock.now });
  const record = { ...testRecord({ createdAt: clock.now() }), data: '{"n":1}' };
  await store.insert(record);
  record.data = '{"n":2}';
  const found = (await store.find(record.id))!;
  expect(found.data).toBe('{"n":1}');
  expect(() => ((found as { data: string }).data = "x")).toThrow(TypeError);
});

test("two stores share nothing", async () => {
  const [a, b] = [memoryStore(), memoryStore()];
  const record = testRecord({ createdAt: Date.now() });
  await a.insert(record);
  expect(await b.find(record.id)).toBeUndefined();
});

test("a watcher that throws disturbs neither the write nor other watchers", async () => {
  const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    const store = memoryStore();
    const heard: string[] = [];
    await store.watch(() => {
      throw new Error("the listener's own");
    });
    await store.watch((change) => heard.push(change.type));
    const record = testRecord({ createdAt: Date.now() });
    await store.insert(record);
    expect(await store.update({ ...record, version: 2 }, 1)).toBe(true);
    await Promise.resolve();
    expect(heard).toEqual(["updated"]);
    expect(report).toHaveBeenCalledOnce();
  } finally {
    report.mockRestore();
  }
});
