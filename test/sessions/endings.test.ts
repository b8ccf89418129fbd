import { afterEach, describe, expect, test, vi } from "vitest";
import type { SessionOptions } from "../../src/options.ts";
import type { Session } from "../../src/session.ts";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { SessionStore, StoreChange } from "../../src/stores/store.ts";
import { testExchange } from "../../src/testing/index.ts";
import { codeOf, gate, HOUR, MINUTE, PASSWORD, SECOND, setUp } from "./harness.ts";

/** In seconds, as options are. */
const DAY = 24 * 60 * 60;

/** A logged-in visitor and somebody who waits for the end of the session. */
async function waiting(options: Partial<SessionOptions> = {}) {
  const given = setUp({ stored: true }, options);
  const visitor = given.browser();
  const { session } = await visitor.visit((one) => one.update({ userId: 7 }));
  const ended = vi.fn<() => void>();
  const stop = await given.sessions.onRevoked(session.id!, ended);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { ...given, visitor, id: session.id!, ended, stop, settle };
}

describe("onRevoked", () => {
  test.each([
    ["revoke", ({ sessions, id }) => sessions.revoke(id)],
    ["revokeUser", ({ sessions }) => sessions.revokeUser(7)],
    ["a logout", ({ visitor }) => visitor.visit((session) => session.clear())],
    [
      "a logout that keeps the rest",
      ({ visitor }) => visitor.visit((s) => s.update({ userId: undefined, a: 1 })),
    ],
    ["another user's login", ({ visitor }) => visitor.visit((session) => session.update({ userId: 8 }))],
    ["the sweep of an expired session", ({ sessions, clock }) => (clock.advance(HOUR), sessions.sweep())],
  ] satisfies [string, (given: Awaited<ReturnType<typeof waiting>>) => unknown][])(
    "tells once of %s",
    async (_, end) => {
      const given = await waiting();
      await end(given);
      await given.settle();
      await given.sessions.revokeUser(7);
      await given.settle();
      expect(given.ended).toHaveBeenCalledOnce();
    },
  );

  test("tells nothing of updates, of other sessions, nor once it is stopped", async () => {
    const { browser, visitor, sessions, ended, stop, settle } = await waiting();
    await visitor.visit((session) => session.update({ theme: "dark" }));
    await browser().visit((session) => session.update({ userId: 7 }).then(() => session.clear()));
    await settle();
    expect(ended).not.toHaveBeenCalled();
    stop();
    await sessions.revokeUser(7);
    await settle();
    expect(ended).not.toHaveBeenCalled();
  });

  test("follows a session to its new token, and that again", async () => {
    const { sessions, visitor, ended, settle } = await waiting();
    for (let n = 0; n < 3; n++) {
      await visitor.visit((session) => session.rotate());
      await settle();
    }
    expect(ended).not.toHaveBeenCalled();
    await sessions.revoke((await visitor.visit()).session.id!);
    await settle();
    expect(ended).toHaveBeenCalledOnce();
  });

  test("tells at once of a session that is over already, and finds one under its old id", async () => {
    const { sessions, visitor, id, settle } = await waiting();
    const late = vi.fn<() => void>();
    await sessions.onRevoked("A".repeat(43), late);
    expect(late).toHaveBeenCalledOnce();

    await visitor.visit((session) => session.rotate());
    const followed = vi.fn<() => void>();
    await sessions.onRevoked(id, followed);
    expect(followed).not.toHaveBeenCalled();
    await visitor.visit((session) => session.clear());
    await settle();
    expect(followed).toHaveBeenCalledOnce();
  });

  describe("when the session expires, without a sweep", () => {
    /** As {@link waiting}, with timers that pass together with the sessions' clock. */
    async function timed(options: Partial<SessionOptions> = {}) {
      vi.useFakeTimers();
      const given = await waiting(options);
      const pass = async (milliseconds: number) => {
        given.clock.advance(milliseconds);
        await vi.advanceTimersByTimeAsync(milliseconds);
      };
      return { ...given, pass };
    }

    afterEach(() => {
      vi.useRealTimers();
    });

    test("tells once, and not before", async () => {
      const { ended, pass } = await timed();
      await pass(30 * MINUTE - 1);
      expect(ended).not.toHaveBeenCalled();
      await pass(1);
      await pass(HOUR);
      expect(ended).toHaveBeenCalledOnce();
      expect(vi.getTimerCount()).toBe(0);
    });

    test("waits on as long as the visitor comes back, also under a new token", async () => {
      const { ended, pass, visitor } = await timed();
      for (const visit of [undefined, (session: Session) => session.rotate(), undefined]) {
        await pass(20 * MINUTE);
        await visitor.visit(visit);
      }
      await pass(29 * MINUTE);
      expect(ended).not.toHaveBeenCalled();
      await pass(MINUTE);
      expect(ended).toHaveBeenCalledOnce();
    });

    test("looks at the store when the session would be over, and not all the time", async () => {
      const { ended, pass, store } = await timed({ idleTimeout: 60 * DAY, absoluteTimeout: 90 * DAY });
      vi.mocked(store.find).mockClear();
      // A timer cannot be set for longer than 24 days.
      for (let day = 0; day < 59; day++) await pass(DAY * SECOND);
      expect(vi.mocked(store.find).mock.calls.length).toBeLessThan(4);
      expect(ended).not.toHaveBeenCalled();
      await pass(DAY * SECOND);
      expect(ended).toHaveBeenCalledOnce();
    });

    test("does not ask without end where the store's clock is late", async () => {
      const { ended, clock, store } = await timed();
      vi.mocked(store.find).mockResolvedValue(await store.find(vi.mocked(store.insert).mock.calls[0]![0].id));
      clock.advance(HOUR);
      vi.mocked(store.find).mockClear();
      await vi.advanceTimersByTimeAsync(30 * MINUTE + 5 * SECOND);
      expect(vi.mocked(store.find).mock.calls.length).toBeLessThan(8);
      vi.mocked(store.find).mockReset();
      await vi.advanceTimersByTimeAsync(2 * SECOND);
      expect(ended).toHaveBeenCalledOnce();
    });

    test("keeps no timer when nobody waits any more", async () => {
      const { stop, sessions, id } = await timed();
      const stopToo = await sessions.onRevoked(id, () => undefined);
      // The store's deadlines run out.
      await vi.advanceTimersByTimeAsync(3 * SECOND);
      expect(vi.getTimerCount()).toBe(1);
      stop();
      expect(vi.getTimerCount()).toBe(1);
      stopToo();
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  test("misses no end between its first look and its watch", async () => {
    const store = memoryStore();
    const { opened, open } = gate();
    const sessions = createSessions({
      store: { ...store, watch: (listener) => opened.then(() => store.watch(listener)) },
    });
    const session = await sessions.open(testExchange());
    await session.update({ userId: 7 });
    const ended = vi.fn<() => void>();
    const listening = sessions.onRevoked(session.id!, ended);
    await session.clear();
    open();
    await listening;
    expect(ended).toHaveBeenCalledOnce();
  });

  test("looks again at everybody when the channel was interrupted, also when the store answers later", async () => {
    const store = memoryStore();
    let tell!: (change: StoreChange) => void;
    let isDown = false;
    const find: SessionStore["find"] = (id) => (isDown ? Promise.reject(new Error("down")) : store.find(id));
    const sessions = createSessions({
      store: {
        ...store,
        find,
        async watch(listener) {
          tell = listener;
          return { caughtUp: async () => undefined, stop: async () => undefined };
        },
      },
    });
    const [gone, kept] = await Promise.all(
      [7, 8].map(async (userId) => {
        const session = await sessions.open(testExchange());
        await session.update({ userId });
        const ended = vi.fn<() => void>();
        await sessions.onRevoked(session.id!, ended);
        return { session, ended };
      }),
    );
    await store.delete(gone!.session.id!);
    isDown = true;
    vi.useFakeTimers();
    try {
      tell({ type: "missed" });
      await vi.advanceTimersByTimeAsync(2500);
      expect(gone!.ended).not.toHaveBeenCalled();
      isDown = false;
      await vi.advanceTimersByTimeAsync(1000);
    } finally {
      vi.useRealTimers();
    }
    expect(gone!.ended).toHaveBeenCalledOnce();
    expect(kept!.ended).not.toHaveBeenCalled();
  });

  test("watches once for all who wait, and stops when nobody does", async () => {
    const store = memoryStore();
    let watches = 0;
    const sessions = createSessions({
      store: {
        ...store,
        async watch(listener) {
          watches++;
          const watch = await store.watch(listener);
          return { ...watch, stop: () => (watches--, watch.stop()) };
        },
      },
    });
    const session = await sessions.open(testExchange());
    await session.update({ userId: 7 });
    const stops = await Promise.all([1, 2, 3].map(() => sessions.onRevoked(session.id!, () => undefined)));
    expect(watches).toBe(1);
    for (const stop of stops) stop();
    await Promise.resolve();
    await Promise.resolve();
    expect(watches).toBe(0);
    await sessions.onRevoked(session.id!, () => undefined);
    expect(watches).toBe(1);
  });

  test("goes on when a listener throws", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    try {
      const { sessions, id, ended, settle } = await waiting();
      const later = vi.fn<() => void>();
      await sessions.onRevoked(id, () => {
        throw new Error("the listener's own");
      });
      await sessions.onRevoked(id, later);
      await sessions.revoke(id);
      await settle();
      expect([ended.mock.calls.length, later.mock.calls.length, report.mock.calls.length]).toEqual([1, 1, 1]);
    } finally {
      report.mockRestore();
    }
  });

  test("needs a store that can watch", async () => {
    const { find, insert, update, delete: remove } = memoryStore();
    const listen = (options: object) => createSessions(options).onRevoked("x", () => undefined);
    expect(await codeOf(() => listen({ password: PASSWORD }))).toBe("ERR_SESSION_UNSUPPORTED");
    expect(await codeOf(() => listen({ store: { find, insert, update, delete: remove } }))).toBe(
      "ERR_SESSION_UNSUPPORTED",
    );
  });
});

describe("revoke for a user", () => {
  test("ends a session of this user, and says so", async () => {
    const { sessions, id, visitor } = await waiting();
    expect(await sessions.revoke(id, { userId: "7" })).toBe(true);
    expect((await visitor.visit()).session.data).toEqual({});
    expect(await sessions.revoke(id, { userId: 7 })).toBe(false);
  });

  test("leaves somebody else's session alone, and what is no id costs no lookup", async () => {
    const { sessions, id, visitor, store } = await waiting();
    expect(await sessions.revoke(id, { userId: 8 })).toBe(false);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
    vi.mocked(store.find).mockClear();
    for (const forged of ["", "x", "../".repeat(20), `${"A".repeat(42)}\0`, "B".repeat(43), undefined])
      expect(await sessions.revoke(forged as string)).toBe(false);
    expect(store.find).not.toHaveBeenCalled();
  });
});
