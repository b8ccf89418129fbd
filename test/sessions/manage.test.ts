import { describe, expect, test, vi } from "vitest";
import type { SessionEvent } from "../../src/events.ts";
import { createSessions } from "../../src/sessions.ts";
import { cachedStore } from "../../src/stores/cached.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { SessionStore } from "../../src/stores/store.ts";
import { fakeClock, testExchange } from "../../src/testing/index.ts";
import { codeOf, HOUR, MINUTE, PASSWORD, recordsIn, setUp } from "./harness.ts";

/** Visitors of one application: two devices of user 7, one of user 8, somebody anonymous. */
async function devices() {
  const given = setUp({ stored: true });
  const log = async (data: Record<string, unknown>) => {
    given.clock.advance(1000);
    const visitor = given.browser();
    const { session } = await visitor.visit((one) => one.update(data));
    return { visitor, id: session.id! };
  };
  return {
    ...given,
    phone: await log({ userId: 7 }),
    laptop: await log({ userId: 7 }),
    other: await log({ userId: 8 }),
    anonymous: await log({ theme: "dark" }),
  };
}

describe("list", () => {
  test("tells a user's sessions, latest seen first, and nothing that could be used", async () => {
    const { sessions, phone, laptop, clock } = await devices();
    clock.advance(5 * MINUTE);
    await phone.visitor.visit();
    const listed = await sessions.list(7);
    expect(listed.map(({ id }) => id)).toEqual([phone.id, laptop.id]);
    expect(Object.keys(listed[0]!).toSorted()).toEqual([
      "address",
      "authenticatedAt",
      "createdAt",
      "current",
      "expiresAt",
      "id",
      "lastSeenAt",
      "methods",
      "userAgent",
    ]);
    expect(listed[0]).toMatchObject({ lastSeenAt: clock.now(), expiresAt: clock.now() + 30 * MINUTE });
  });

  test("is empty for a user without sessions, and forgets those that expired", async () => {
    const { sessions, clock } = await devices();
    expect(await sessions.list(99)).toEqual([]);
    clock.advance(30 * MINUTE);
    expect(await sessions.list(7)).toEqual([]);
  });

  test("takes a number and its string for the same user", async () => {
    const { sessions } = await devices();
    expect(await sessions.list("7")).toEqual(await sessions.list(7));
  });

  test("follows a switch of user", async () => {
    const { sessions, phone } = await devices();
    await phone.visitor.visit((session) => session.update({ userId: 8 }));
    expect([(await sessions.list(7)).length, (await sessions.list(8)).length]).toEqual([1, 2]);
  });
});

describe("revoke", () => {
  test("ends one session and leaves the others", async () => {
    const { sessions, phone, laptop, events } = await devices();
    await sessions.revoke(phone.id);
    expect((await phone.visitor.visit()).session.data).toEqual({});
    expect((await laptop.visitor.visit()).session.data).toEqual({ userId: 7 });
    expect(events.find(({ type }) => type === "revoked")).toMatchObject({ id: phone.id });
  });

  test("does nothing when there is none", async () => {
    const { sessions, store } = await devices();
    await sessions.revoke("nothing");
    expect(await recordsIn(store)).toHaveLength(4);
  });
});

describe("revokeUser", () => {
  test("ends all sessions of a user, and nobody else's", async () => {
    const { sessions, phone, laptop, other, anonymous, events } = await devices();
    expect(await sessions.revokeUser(7)).toBe(2);
    for (const { visitor } of [phone, laptop]) expect((await visitor.visit()).session.data).toEqual({});
    expect((await other.visitor.visit()).session.data).toEqual({ userId: 8 });
    expect((await anonymous.visitor.visit()).session.data).toEqual({ theme: "dark" });
    expect(events.find(({ type }) => type === "user-revoked")).toMatchObject({ userId: "7", count: 2 });
    expect(await sessions.revokeUser(7)).toBe(0);
  });

  test("spares the visitor's own", async () => {
    const { sessions, phone, laptop } = await devices();
    await laptop.visitor.visit(async (session) => {
      expect(await sessions.revokeUser(7, { except: session.id })).toBe(1);
    });
    expect((await phone.visitor.visit()).session.data).toEqual({});
    expect((await laptop.visitor.visit()).session.data).toEqual({ userId: 7 });
  });

  test("spares nobody when the one to keep is not known", async () => {
    const { sessions } = await devices();
    expect(await sessions.revokeUser(7, { except: undefined })).toBe(2);
  });

  test.each([
    { deletesAtOnce: true, passes: 1 },
    { deletesAtOnce: false, passes: 3 },
    { deletesAtOnce: undefined, passes: 3 },
  ])("asks a store with deletesAtOnce: $deletesAtOnce $passes times", async ({ deletesAtOnce, passes }) => {
    const { deletesAtOnce: _own, ...methods } = memoryStore();
    const answers = [4, 1, 0];
    const deleteByUser = vi.fn<() => Promise<number>>(async () => answers.shift()!);
    const store = { ...methods, deleteByUser, ...(deletesAtOnce !== undefined && { deletesAtOnce }) };
    for (const reached of [store, cachedStore(store, { maxAge: 10 })]) {
      answers.splice(0, 3, 4, 1, 0);
      deleteByUser.mockClear();
      expect(await createSessions({ store: reached }).revokeUser(7)).toBe(passes === 1 ? 4 : 5);
      expect(deleteByUser).toHaveBeenCalledTimes(passes);
    }
  });
});

describe("sweep", () => {
  test("removes what has expired, in batches, and nothing else", async () => {
    const { sessions, store, clock, browser, events } = setUp({ stored: true });
    for (let n = 0; n < 2500; n++) await browser().visit((session) => session.update({ n }));
    clock.advance(HOUR);
    await browser().visit((session) => session.update({ userId: 7 }));
    expect(await sessions.sweep()).toBe(2500);
    expect(vi.mocked(store.deleteExpired).mock.calls.map(([limit]) => limit)).toEqual([1000, 1000, 1000]);
    expect(await recordsIn(store)).toHaveLength(1);
    expect(await sessions.sweep()).toBe(0);
    expect(events.filter(({ type }) => type === "swept")).toMatchObject([{ count: 2500 }, { count: 0 }]);
  });
});

const calls: { method: string; call: (sessions: ReturnType<typeof createSessions>) => Promise<unknown> }[] = [
  { method: "list", call: (sessions) => sessions.list(7) },
  { method: "revoke", call: (sessions) => sessions.revoke("x") },
  { method: "revokeUser", call: (sessions) => sessions.revokeUser(7) },
  { method: "sweep", call: (sessions) => sessions.sweep() },
];

test.each(calls)("$method says that sealed sessions cannot", async ({ call }) => {
  expect(await codeOf(() => call(createSessions({ password: PASSWORD })))).toBe("ERR_SESSION_UNSUPPORTED");
});

test.each(calls.filter(({ method }) => method !== "revoke"))(
  "$method says that a store with the four methods alone cannot",
  async ({ call }) => {
    const { find, insert, update, delete: remove } = memoryStore();
    const store: SessionStore = { find, insert, update, delete: remove };
    expect(await codeOf(() => call(createSessions({ store })))).toBe("ERR_SESSION_UNSUPPORTED");
  },
);

describe("sessions of several names in one store", () => {
  const clock = fakeClock();
  const store = memoryStore({ now: clock.now });
  const named = (name: string) => createSessions({ store, name, now: clock.now });
  const logIn = async (name: string, userId: string | number): Promise<string> => {
    const exchange = testExchange();
    const session = await named(name).open(exchange);
    await session.update({ userId });
    return session.id!;
  };

  test.each([
    ["session", 1, "staff", 1],
    ["shop", 1, "staff", 1],
    // An id that spells what the store keeps of another name's.
    ["session", "staff 1", "staff", 1],
    ["shop", "1", "shop-1", "1"],
  ])("have users of their own: %s's %s is not %s's %s", async (name, userId, other, otherId) => {
    const [mine, theirs] = [await logIn(name, userId), await logIn(other, otherId)];
    const idsOf = async (of: string, id: string | number) =>
      (await named(of).list(id)).map(({ id: one }) => one);
    expect(await idsOf(name, userId)).toEqual([mine]);
    expect(await idsOf(other, otherId)).toEqual([theirs]);
    expect(await named(name).revoke(theirs, { userId })).toBe(false);
    expect(await named(name).revokeUser(userId)).toBe(1);
    expect(await idsOf(other, otherId)).toEqual([theirs]);
    expect(await named(other).revoke(theirs, { userId: otherId })).toBe(true);
  });

  test("tell the id in events as the application knows it", async () => {
    const events: SessionEvent[] = [];
    const staff = createSessions({
      store,
      name: "staff",
      now: clock.now,
      onEvent: (event) => events.push(event),
    });
    const session = await staff.open(testExchange());
    await session.update({ userId: 1 });
    await session.update({ userId: 2 });
    await session.clear();
    await staff.revokeUser(2);
    const told = events.map((event) => ("userId" in event ? event.userId : undefined));
    expect(told).toEqual(["1", "2", "2", "2"]);
  });
});

test("a store written as a class keeps its this", async () => {
  const inner = memoryStore();
  class ClassStore implements SessionStore {
    readonly inner = inner;
    find(id: string) {
      return this.inner.find(id);
    }
    insert(record: Parameters<SessionStore["insert"]>[0]) {
      return this.inner.insert(record);
    }
    update(record: Parameters<SessionStore["insert"]>[0], version: number) {
      return this.inner.update(record, version);
    }
    delete(id: string) {
      return this.inner.delete(id);
    }
    findByUser(userId: string) {
      return this.inner.findByUser(userId);
    }
    deleteByUser(userId: string, except?: string) {
      return this.inner.deleteByUser(userId, except);
    }
    deleteExpired(limit: number) {
      return this.inner.deleteExpired(limit);
    }
  }
  const { browser, sessions } = setUp({ stored: true }, { store: new ClassStore(), clock: realClock() });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  await visitor.visit((session) => session.rotate());
  expect(await sessions.list(7)).toHaveLength(1);
  expect(await sessions.sweep()).toBe(0);
  await sessions.revokeUser(7);
  expect(await sessions.list(7)).toEqual([]);
});

/** The clock that the class store's inner one goes by. */
function realClock() {
  return { now: Date.now, advance() {}, set() {} };
}
