import { describe, expect, test, vi } from "vitest";
import { createCircuit } from "../src/circuit.ts";
import { isSessionError } from "../src/core/errors.ts";
import { createSessions } from "../src/sessions.ts";
import { memoryStore } from "../src/stores/memory.ts";
import type { SessionRecord, SessionStore } from "../src/stores/store.ts";
import { testExchange, testRecord } from "../src/testing/index.ts";

const TIMEOUT = 0.02;
const never = (): Promise<never> => new Promise(() => undefined);
const down = (): Promise<never> => Promise.reject(new Error("ECONNREFUSED canary"));

/** A circuit before a store that can be taken down, on a clock that is moved by hand. */
function setUp(timeout = TIMEOUT) {
  const store = memoryStore();
  let fault: (() => Promise<never>) | undefined;
  const find = vi.fn<SessionStore["find"]>((id) => fault?.() ?? store.find(id));
  let listFault: (() => Promise<never>) | undefined;
  const lists = vi.fn<(userId: string) => Promise<SessionRecord[]>>(
    (userId) => listFault?.() ?? store.findByUser(userId),
  );
  let clock = 0;
  const circuit = createCircuit({ ...store, find, findByUser: lists }, { timeout, clock: () => clock });
  const changes: (string | undefined)[] = [];
  circuit.listen((failure) => changes.push((failure?.cause as Error | undefined)?.message));
  return {
    find,
    lists,
    changes,
    store: circuit.store,
    breakBy: (how: (() => Promise<never>) | undefined) => (fault = how),
    advance: (milliseconds: number) => (clock += milliseconds),
    breakLists: (how: () => Promise<never>) => (listFault = how),
    ask: () => codeOf(circuit.store.find("x")),
    list: () => codeOf(circuit.store.findByUser!("7")),
  };
}

async function codeOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    (found) => found ?? "absent",
    (error: unknown) => (isSessionError(error) ? error.code : error),
  );
}

describe("a store behind a circuit", () => {
  test("answers as it does without", async () => {
    const { store } = setUp();
    const record = testRecord({ createdAt: Date.now() });
    await store.insert(record);
    expect(await store.find(record.id)).toEqual(record);
    expect(await store.update({ ...record, version: 2 }, 1)).toBe(true);
    await store.delete(record.id);
    expect(await store.find(record.id)).toBeUndefined();
  });

  test("has the methods that the store has and no others", () => {
    const { find, insert, update, delete: remove } = memoryStore();
    const { store } = createCircuit({ find, insert, update, delete: remove }, { timeout: 1 });
    expect(Object.keys(store).toSorted()).toEqual(["delete", "find", "insert", "update"]);
  });

  test("fails in time when no answer comes, with one typed error that tells nothing of the store", async () => {
    const { store, breakBy } = setUp();
    breakBy(never);
    const error = await store.find("x").catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: "ERR_SESSION_STORE", cause: { message: "No answer within 20 ms." } });
    breakBy(down);
    const refused = await store.find("x").catch((caught: unknown) => caught as Error);
    expect((refused as Error).message).not.toContain("canary");
  });

  test("lets nobody wait after three timeouts in a row, until a probe is answered", async () => {
    const { ask, breakBy, find, advance } = setUp();
    breakBy(never);
    for (let n = 0; n < 3; n++) expect(await ask()).toBe("ERR_SESSION_STORE");
    expect(find).toHaveBeenCalledTimes(3);
    for (let n = 0; n < 100; n++) expect(await ask()).toBe("ERR_SESSION_STORE");
    expect(find).toHaveBeenCalledTimes(3);

    advance(500);
    const asked = Array.from({ length: 50 }, ask);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(["ERR_SESSION_STORE"]));
    expect(find).toHaveBeenCalledTimes(4);

    breakBy(undefined);
    expect(await ask()).toBe("ERR_SESSION_STORE");
    advance(500);
    expect(await ask()).toBe("absent");
    expect(await ask()).toBe("absent");
  });

  test("is not opened by errors that come in time, which a visitor might cause", async () => {
    const { ask, breakBy, find } = setUp();
    breakBy(down);
    for (let n = 0; n < 20; n++) await ask();
    expect(find).toHaveBeenCalledTimes(20);
    breakBy(undefined);
    expect(await ask()).toBe("absent");
  });

  test("is not opened by a slow answer now and then", async () => {
    const { ask, breakBy, find } = setUp();
    for (let n = 0; n < 10; n++) {
      breakBy(never);
      await ask();
      await ask();
      breakBy(undefined);
      expect(await ask()).toBe("absent");
    }
    expect(find).toHaveBeenCalledTimes(30);
  });

  test("tells once that it is down, with the cause, and once that it is back", async () => {
    const { ask, breakBy, changes, advance } = setUp();
    breakBy(down);
    for (let n = 0; n < 5; n++) await ask();
    expect(changes).toEqual(["ECONNREFUSED canary"]);
    breakBy(undefined);
    advance(500);
    await ask();
    await ask();
    expect(changes).toEqual(["ECONNREFUSED canary", undefined]);
  });

  test("does not blame the store when this process was busy itself", async () => {
    const { store, changes } = setUp();
    const answers = Array.from({ length: 5 }, () => {
      const answer = store.find("x");
      const end = performance.now() + TIMEOUT * 3000;
      while (performance.now() < end);
      return answer;
    });
    expect(await Promise.all(answers)).toEqual(Array(5).fill(undefined));
    expect(changes).toEqual([]);
  });

  test("drops an answer that comes too late", async () => {
    const { store, breakBy } = setUp();
    let answer!: () => void;
    breakBy(() => new Promise<never>((_, reject) => (answer = () => reject(new Error("late")))));
    await expect(store.find("x")).rejects.toMatchObject({ code: "ERR_SESSION_STORE" });
    answer();
    breakBy(undefined);
    await expect(store.find("x")).resolves.toBeUndefined();
  });

  test("gives what is about many records ten times as long", async () => {
    const slow = <R>(answer: R) => new Promise<R>((resolve) => setTimeout(resolve, TIMEOUT * 3000, answer));
    const store = { ...memoryStore(), findByUser: () => slow([]), find: () => slow(undefined) };
    const circuit = createCircuit(store, { timeout: TIMEOUT });
    expect(await circuit.store.findByUser!("7")).toEqual([]);
    await expect(circuit.store.find("x")).rejects.toMatchObject({ code: "ERR_SESSION_STORE" });
  });

  describe("calls about many records", () => {
    test("that are late are errors, and open nothing for those who look one up", async () => {
      const { store, ask, list, breakLists, changes } = setUp(0.005);
      breakLists(never);
      for (let n = 0; n < 2; n++)
        expect(await Promise.all([list(), list(), list()])).toEqual(Array(3).fill("ERR_SESSION_STORE"));
      expect(await ask()).toBe("absent");
      const error = await store.findByUser!("7").catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: "ERR_SESSION_STORE",
        cause: { message: "No answer within 50 ms." },
      });
      expect(changes).toEqual([]);
    });

    test("that fail in time are no outage either", async () => {
      const { list, breakLists, changes } = setUp();
      breakLists(down);
      for (let n = 0; n < 5; n++) expect(await list()).toBe("ERR_SESSION_STORE");
      expect(changes).toEqual([]);
    });

    test("that are answered do not hide that lookups are late", async () => {
      const { ask, list, breakBy, find, changes } = setUp();
      breakBy(never);
      for (let n = 0; n < 4; n++) {
        await ask();
        await list();
      }
      expect(find).toHaveBeenCalledTimes(3);
      expect(changes).toEqual(["No answer within 20 ms."]);
    });

    test("fail at once during an outage, and leave it to a lookup to see whether it is over", async () => {
      const { ask, list, lists, breakBy, advance } = setUp();
      breakBy(never);
      for (let n = 0; n < 3; n++) await ask();
      expect(await list()).toBe("ERR_SESSION_STORE");
      expect(lists).not.toHaveBeenCalled();

      // Where nobody looks anything up, they find out themselves.
      advance(500);
      expect(await list()).toEqual([]);
      breakBy(undefined);
      expect(await ask()).toBe("absent");
      expect(await list()).toEqual([]);
    });
  });
});

describe("createSessions", () => {
  test("answers in time whatever the store does, and tells of the outage", async () => {
    const events: string[] = [];
    const sessions = createSessions({
      store: { ...memoryStore(), find: never },
      storeTimeout: TIMEOUT,
      onEvent: ({ type }) => events.push(type),
    });
    const cookie = `__Host-session=${"A".repeat(43)}`;
    for (let n = 0; n < 4; n++)
      expect(await codeOf(Promise.resolve(sessions.open(testExchange({ cookie }))))).toBe(
        "ERR_SESSION_STORE",
      );
    expect(events).toEqual(["store-down"]);
  });

  test("takes the methods of a store that is an instance of a class", async () => {
    class Store implements SessionStore {
      readonly #inner = memoryStore();
      find(id: string) {
        return this.#inner.find(id);
      }
      insert(record: Parameters<SessionStore["insert"]>[0]) {
        return this.#inner.insert(record);
      }
      update(record: Parameters<SessionStore["insert"]>[0], version: number) {
        return this.#inner.update(record, version);
      }
      delete(id: string) {
        return this.#inner.delete(id);
      }
    }
    const sessions = createSessions({ store: new Store() });
    const exchange = testExchange();
    const session = await sessions.open(exchange);
    await session.update({ userId: 7 });
    await session.update({ theme: "dark" });
    expect(session.data).toEqual({ userId: 7, theme: "dark" });
  });

  test.each([0, -1, NaN, "1"])("refuses a storeTimeout of %s", (storeTimeout) => {
    const options = { store: memoryStore(), storeTimeout: storeTimeout as number };
    expect(() => createSessions(options)).toThrow(/storeTimeout/);
  });
});
