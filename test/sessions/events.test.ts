import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EVENT_CHANNEL, type SessionEvent } from "../../src/events.ts";
import { createSessions } from "../../src/sessions.ts";
import { testExchange } from "../../src/testing/index.ts";
import { kinds, PASSWORD, setUp } from "./harness.ts";

describe.each(kinds)("a $kind session's life", (kind) => {
  test("is told in full, in order, with the time, and with nothing secret", async () => {
    const { browser, events, clock } = setUp(kind, { name: "hogwarts" });
    const visitor = browser();
    const ids: string[] = [];
    const step = async (during: Parameters<typeof visitor.visit>[0]) => {
      clock.advance(1);
      ids.push((await visitor.visit(during)).session.id!);
    };
    await step((session) => session.update({ theme: "dark" }));
    await step((session) => session.update({ userId: 7 }));
    await step((session) => session.rotate());
    await step((session) => session.update({ theme: "light" }));
    await step((session) => session.clear());
    const [created, login, rotated] = ids;
    const start = clock.now() - 5;
    expect(events).toEqual([
      { session: "hogwarts", at: start + 1, type: "created", id: created, userId: undefined },
      {
        session: "hogwarts",
        at: start + 2,
        type: "rotated",
        id: login,
        previousId: created,
        userId: "7",
        cause: "user-changed",
      },
      {
        session: "hogwarts",
        at: start + 3,
        type: "rotated",
        id: rotated,
        previousId: login,
        userId: "7",
        cause: "requested",
      },
      { session: "hogwarts", at: start + 5, type: "destroyed", id: rotated, userId: "7" },
    ]);
  });

  test("is told once its write is done, and not when it failed", async () => {
    const { browser, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit(async (session) => {
      await session.update({ a: () => 1 }).catch(() => undefined);
      expect(events).toEqual([]);
      const update = session.update({ a: 1 });
      expect(events.filter(({ type }) => type === "rotated")).toEqual([]);
      await update;
      expect(events).toHaveLength(1);
    });
  });

  test("is reported to process-wide listeners too", async () => {
    const heard: unknown[] = [];
    const listen = (event: unknown) => heard.push(event);
    subscribe(EVENT_CHANNEL, listen);
    try {
      const { browser, events } = setUp(kind);
      await browser().visit((session) => session.update({ userId: 7 }));
      await browser("__Host-session=x").visit();
      expect(heard).toEqual(events);
      expect(heard).toHaveLength(2);
    } finally {
      unsubscribe(EVENT_CHANNEL, listen);
    }
  });
});

test("process-wide listeners hear sessions that have no listener of their own", async () => {
  const heard: SessionEvent[] = [];
  const listen = (event: unknown) => heard.push(event as SessionEvent);
  const sessions = createSessions({ password: PASSWORD });
  subscribe(EVENT_CHANNEL, listen);
  try {
    await (await sessions.open(testExchange())).update({ userId: 7 });
  } finally {
    unsubscribe(EVENT_CHANNEL, listen);
  }
  await (await sessions.open(testExchange())).update({ userId: 8 });
  expect(heard.map(({ type }) => type)).toEqual(["created"]);
});

describe("a listener that fails", () => {
  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const fault = new Error("the listener's own");
  const listeners: { how: string; onEvent: () => void }[] = [
    {
      how: "throws",
      onEvent() {
        throw fault;
      },
    },
    // oxlint-disable-next-line typescript/no-misused-promises -- what an application may well write
    { how: "rejects", onEvent: () => Promise.reject(fault) },
  ];

  test.each(listeners.flatMap((listener) => kinds.map((kind) => ({ ...listener, ...kind }))))(
    "and $how changes nothing for a $kind session, and is reported",
    async ({ onEvent, stored }) => {
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      process.on("unhandledRejection", note);
      try {
        const { browser } = setUp({ stored }, { onEvent });
        const visitor = browser();
        await visitor.visit((session) => session.update({ userId: 7 }));
        await visitor.visit((session) => session.rotate());
        expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
        await visitor.visit((session) => session.clear());
        expect(visitor.cookie).toBeUndefined();
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off("unhandledRejection", note);
      }
      expect(unhandled).toEqual([]);
      expect(vi.mocked(console.error).mock.calls.map(([, error]) => error as unknown)).toEqual([
        fault,
        fault,
        fault,
      ]);
    },
  );
});
