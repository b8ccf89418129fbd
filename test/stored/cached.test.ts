import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isPromise } from "../../src/core/maybe-promise.ts";
import { partsOf } from "../../src/parts.ts";
import { createSessions } from "../../src/sessions.ts";
import { RecentTokens } from "../../src/recent-tokens.ts";
import { cachedStore } from "../../src/stores/cached.ts";
import { cookieAfter, testExchange } from "../../src/testing/index.ts";
import { Link, pass, stopTime } from "../stores/cached/link.ts";

const TOKEN = "a".repeat(42) + "A";

beforeEach(stopTime);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Sessions over a cache, and a visitor whose session the cache has read. */
async function visited() {
  const link = new Link();
  const events: string[] = [];
  const options = {
    onEvent: (event: { type: string; reason?: string }) => void events.push(event.reason ?? event.type),
  };
  const sessions = createSessions<{ userId?: number; cart?: object }>({
    store: cachedStore(link.store, { maxAge: 30 }),
    ...options,
  });
  await partsOf(sessions).store!();
  const first = testExchange();
  await (await sessions.open(first)).update({ userId: 7 });
  const cookie = cookieAfter(first)!;
  const open = (sent = cookie) => sessions.open(testExchange({ cookie: sent }));
  const { id } = await open();
  await pass(0);
  // What was read before the channel was healthy is read again.
  for (let time = 0; time < 3; time++) await open();
  link.calls.length = 0;
  events.length = 0;
  return { link, sessions, open, cookie, id: id!, events };
}

describe("a session that the cache holds", () => {
  test("is opened without a promise, and without the store", async () => {
    const { link, open } = await visited();
    const opened = open();
    expect(isPromise(opened)).toBe(false);
    expect((await opened).data).toEqual({ userId: 7 });
    expect(link.calls).toEqual([]);
  });

  test("is hashed once: what the store knows its token by is remembered", async () => {
    const { open } = await visited();
    const hash = vi.spyOn(process.getBuiltinModule("node:crypto"), "hash");
    expect((await open()).data).toEqual({ userId: 7 });
    expect(hash).not.toHaveBeenCalled();
  });

  test("is over with its revocation by another node, whatever is remembered of its token", async () => {
    const { link, open, id, events } = await visited();
    await link.origin.delete(id);
    expect((await open()).data).toEqual({});
    expect(link.calls).toEqual([`find ${id}`]);
    expect(events).toEqual(["not-found"]);
  });

  test("shows what another node has written", async () => {
    const { link, open, id } = await visited();
    const record = (await link.origin.find(id))!;
    await link.origin.update(
      { ...record, version: record.version + 1, data: '{"userId":8}' },
      record.version,
    );
    expect((await open()).data).toEqual({ userId: 8 });
  });

  test("shows what was there before, if another node has written that again", async () => {
    const { link, open, id } = await visited();
    for (const userId of [8, 7]) {
      const record = (await link.origin.find(id))!;
      await link.origin.update(
        { ...record, version: record.version + 1, data: `{"userId":${userId}}` },
        record.version,
      );
      for (let time = 0; time < 2; time++) expect((await open()).data).toEqual({ userId });
    }
  });

  test("is over with its token, also if its data stays the same", async () => {
    const { link, open, id, events } = await visited();
    const record = (await link.origin.find(id))!;
    await link.origin.update(
      { ...record, version: record.version + 1, successor: "another" },
      record.version,
    );
    for (let time = 0; time < 3; time++) expect((await open()).data).toEqual({});
    expect(events).toEqual(["not-found", "not-found", "not-found"]);
  });

  test("gives every request data of its own, frozen through and through", async () => {
    const { open } = await visited();
    await (await open()).update({ cart: { items: ["wand"] } });
    for (let time = 0; time < 2; time++) await open();
    const [one, other] = [(await open()).data, (await open()).data];
    expect(one).toEqual({ userId: 7, cart: { items: ["wand"] } });
    expect(one).toEqual(other);
    expect(one.cart).not.toBe(other.cart);
    expect([one, one.cart].map(Object.isFrozen)).toEqual([true, true]);
  });

  test("is nobody's under another name, also where two share the cache", async () => {
    const link = new Link();
    const store = cachedStore(link.store, { maxAge: 30 });
    const [one, other] = ["aa", "bb"].map((name) => createSessions<{ userId?: number }>({ store, name }));
    const first = testExchange();
    await (await one!.open(first)).update({ userId: 7 });
    const cookie = cookieAfter(first)!;
    for (let time = 0; time < 4; time++, await pass(0))
      expect((await one!.open(testExchange({ cookie }))).data).toEqual({ userId: 7 });
    const renamed = cookie.replace("aa=", "bb=");
    expect(renamed).not.toBe(cookie);
    for (let time = 0; time < 3; time++)
      expect((await other!.open(testExchange({ cookie: renamed }))).data).toEqual({});
  });

  test("is asked for again when its time in the cache is over, and at every visit without a channel", async () => {
    const { link, open, id } = await visited();
    await pass(30_000);
    expect((await open()).data).toEqual({ userId: 7 });
    expect(link.calls).toEqual([`find ${id}`]);
    link.tell({ type: "missed" });
    link.calls.length = 0;
    const opened = open();
    expect(isPromise(opened)).toBe(true);
    expect((await opened).data).toEqual({ userId: 7 });
    expect(link.calls).toEqual([`find ${id}`]);
  });

  test("makes no other token pass, whichever character is another", async () => {
    const { open, cookie, events } = await visited();
    const start = cookie.indexOf("=") + 1;
    for (let i = start; i < cookie.length; i++) {
      const { data } = await open(
        `${cookie.slice(0, i)}${cookie[i] === "A" ? "E" : "A"}${cookie.slice(i + 1)}`,
      );
      expect(data).toEqual({});
    }
    expect(events).toHaveLength(cookie.length - start);
  });

  test("is all that is remembered: a visitor cannot fill the memory with other tokens", async () => {
    const { open } = await visited();
    const note = vi.spyOn(RecentTokens.prototype, "note");
    for (const token of [TOKEN, "", "~", TOKEN])
      expect((await open(`__Host-session=${token}`)).data).toEqual({});
    expect(note).not.toHaveBeenCalled();
  });
});

test("a store without a cache is asked at every visit", async () => {
  const { store, calls } = new Link();
  const sessions = createSessions<{ userId?: number }>({ store });
  const first = testExchange();
  await (await sessions.open(first)).update({ userId: 7 });
  calls.length = 0;
  const note = vi.spyOn(RecentTokens.prototype, "note");
  for (let time = 0; time < 3; time++) {
    const { data } = await sessions.open(testExchange({ cookie: cookieAfter(first)! }));
    expect(data).toEqual({ userId: 7 });
  }
  expect(calls).toHaveLength(3);
  expect(note).not.toHaveBeenCalled();
});
