import { afterAll, describe, expect, test, vi } from "vitest";
import type { Session } from "../../src/session.ts";
import { testExchange } from "../../src/testing/index.ts";
import { codeOf, gate, kinds, rejections, setCookies, setUp } from "./harness.ts";

// A runtime without node:crypto: what this file imports finds WebCrypto alone.
const hidden = vi.hoisted(() => {
  const found = process.getBuiltinModule.bind(process);
  const spy = vi.spyOn(process, "getBuiltinModule");
  spy.mockImplementation((id: string) => (id === "node:crypto" ? undefined : found(id)));
  return spy;
});
afterAll(() => {
  hidden.mockRestore();
});

test("node:crypto is not to be had in this file", () => {
  expect(process.getBuiltinModule("node:crypto")).toBeUndefined();
});

describe.each(kinds)("on WebCrypto, a $kind session", (kind) => {
  test("is opened with a promise, and lives as anywhere", async () => {
    const { browser, sessions, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const opening = sessions.open(testExchange({ cookie: visitor.cookie }));
    expect(opening).toBeInstanceOf(Promise);
    expect((await opening).data).toEqual({ userId: 7 });
    const first = visitor.cookie;
    await visitor.visit((session) => session.rotate());
    expect(visitor.cookie).not.toBe(first);
    await visitor.visit(async (session) => {
      await session.flash.set("notice", "ü");
      expect(await session.flash.take("notice")).toBe("ü");
      await session.clear();
    });
    expect(visitor.cookie).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(["created", "rotated", "destroyed"]);
  });

  test("loses no update of one request, and parallel updates count", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) =>
      Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          session.update(async (draft) => {
            const { n = 0 } = draft;
            for (let wait = 0; wait < i % 4; wait++) await Promise.resolve();
            draft.n = n + 1;
          }),
        ),
      ),
    );
    expect((await visitor.visit()).session.data).toEqual({ n: 30 });
  });

  test("stays cleared when an update was under way", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const { opened, open } = gate();
    await visitor.visit(async (session) => {
      const update = codeOf(() => session.update(async () => opened.then(() => ({ n: 1 }))));
      const rotation = session.rotate();
      await session.clear();
      open();
      expect(await update).toBe("ERR_SESSION_REVOKED");
      await rotation.catch(() => undefined);
      expect(session.data).toEqual({});
    });
    expect(visitor.cookie).toBeUndefined();
  });

  test("rejects a cookie that does not open", async () => {
    const { browser, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const spoilt = visitor.cookie!.slice(0, -30) + "A".repeat(30);
    expect((await browser(spoilt).visit()).session.data).toEqual({});
    expect(rejections(events)).toHaveLength(1);
  });

  test("says so when it is read before it was awaited", async () => {
    const { browser, sessions } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const exchange = testExchange({ cookie: visitor.cookie });
    const opening = sessions.open(exchange);
    const early = exchange.locals.get("session") as Session;
    expect(await codeOf(() => early.data)).toBe("ERR_SESSION_CONFIG");
    expect((await opening).data).toEqual({ userId: 7 });
  });
});

test("a sealed update whose head leaves while it is encrypted is an error", async () => {
  const { browser } = setUp({ stored: false });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  const { session, exchange } = await visitor.start();
  const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
  const late = vi.spyOn(crypto.subtle, "encrypt").mockImplementation((...given) => {
    exchange.flush();
    return encrypt(...given);
  });
  try {
    expect(await codeOf(() => session.update({ theme: "dark" }))).toBe("ERR_SESSION_LATE_WRITE");
    expect(late).toHaveBeenCalledOnce();
  } finally {
    late.mockRestore();
  }
  expect([session.data, setCookies(exchange)]).toEqual([{ userId: 7 }, []]);
});
