import { describe, expect, test, vi } from "vitest";
import { kinds, recordsIn, setCookies, setUp } from "./harness.ts";

describe.each(kinds)("a flash value of a $kind session", (kind) => {
  test("is read once in the same request", async () => {
    const { browser } = setUp(kind);
    await browser().visit(async ({ flash }) => {
      await flash.set("notice", "saved");
      expect(await flash.take("notice")).toBe("saved");
      expect(await flash.take("notice")).toBeUndefined();
    });
  });

  test("is read once in a later request", async () => {
    const { browser, clock } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.flash.set("notice", { text: "saved", ids: [1, 2] }));
    for (let n = 0; n < 3; n++) {
      clock.advance(60_000);
      await visitor.visit();
    }
    const taken: unknown[] = [];
    for (let n = 0; n < 3; n++)
      await visitor.visit(async ({ flash }) => void taken.push(await flash.take("notice")));
    expect(taken).toEqual([{ text: "saved", ids: [1, 2] }, undefined, undefined]);
  });

  test("starts a session for an anonymous visitor, and the last one taken ends it", async () => {
    const { browser, store, events } = setUp(kind);
    const visitor = browser();
    const { session } = await visitor.visit(({ flash }) => flash.set("notice", "saved"));
    expect([session.state, session.data, session.authenticatedAt]).toEqual(["modified", {}, undefined]);
    expect(visitor.cookie).toBeDefined();
    const after = await visitor.visit(({ flash }) => flash.take("notice"));
    expect(after.session.state).toBe("destroyed");
    expect(visitor.cookie).toBeUndefined();
    expect(await recordsIn(store)).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
  });

  test("that is not there costs no write", async () => {
    const { browser, store } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    vi.mocked(store.update).mockClear();
    const { exchange } = await visitor.visit(async ({ flash }) => {
      for (const key of ["notice", "constructor", "toString", "__proto__", ""])
        expect(await flash.take(key)).toBeUndefined();
    });
    expect(setCookies(exchange)).toEqual([]);
    expect(store.update).not.toHaveBeenCalled();
  });

  test("stays beside data and other values, and is no data", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit(async (session) => {
      await session.update({ userId: 7, notice: "data" });
      await session.flash.set("notice", "flash");
      await session.flash.set("other", false);
      await session.update({ theme: "dark" });
    });
    await visitor.visit(async (session) => {
      expect(session.data).toEqual({ userId: 7, notice: "data", theme: "dark" });
      expect(await session.flash.take("notice")).toBe("flash");
      expect(session.data).toEqual({ userId: 7, notice: "data", theme: "dark" });
    });
    await visitor.visit(async ({ flash }) => {
      expect([await flash.take("notice"), await flash.take("other")]).toEqual([undefined, false]);
    });
  });

  test("replaces an older one of its key", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit(({ flash }) => flash.set("notice", 1));
    await visitor.visit(({ flash }) => flash.set("notice", 2));
    await visitor.visit(async ({ flash }) => expect(await flash.take("notice")).toBe(2));
  });

  test("survives a login and a logout that leaves other data, and not clear()", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit(({ flash }) => flash.set("notice", "welcome"));
    await visitor.visit((session) => session.update({ userId: 7 }));
    await visitor.visit((session) => session.update({ userId: undefined }));
    await visitor.visit(async ({ flash }) => expect(await flash.take("notice")).toBe("welcome"));

    await visitor.visit(({ flash }) => flash.set("notice", "gone"));
    await visitor.visit((session) => session.clear());
    await visitor.visit(async ({ flash }) => expect(await flash.take("notice")).toBeUndefined());
  });

  test("set after clear() reaches the next request: a goodbye", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    await visitor.visit(async (session) => {
      await session.clear();
      await session.flash.set("notice", "bye");
    });
    await visitor.visit(async (session) => {
      expect(session.data).toEqual({});
      expect(await session.flash.take("notice")).toBe("bye");
    });
  });
});

test.each([
  { also: "userId", data: { userId: 7 } },
  { also: "nothing else", data: {} },
])("of many parallel requests of a stored session with $also, one gets the flash value", async ({ data }) => {
  const { browser } = setUp({ stored: true });
  const visitor = browser();
  await visitor.visit(async (session) => {
    await session.update(data);
    await session.flash.set("notice", "once");
  });
  const visits = await Promise.all(Array.from({ length: 20 }, () => visitor.start()));
  const taken = await Promise.all(visits.map(({ session }) => session.flash.take("notice")));
  expect(taken.filter((value) => value !== undefined)).toEqual(["once"]);
});
