import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeClock, testExchange } from "../../src/testing/index.ts";
import { createSessions } from "../../src/sessions.ts";
import type { StandardSchema } from "../../src/core/standard-schema.ts";
import {
  HOUR,
  kinds,
  MINUTE,
  OTHER_PASSWORD,
  PASSWORD,
  rejections,
  setCookies,
  setUp,
  tokenIn,
  type Setup,
} from "./harness.ts";

/** A cookie that does not open, and what the event says of it. */
interface Unusable {
  readonly reason: string;
  readonly kind: "sealed" | "stored" | "both";
  /** Spoils a good cookie, the time, or what reads it. */
  readonly spoil: (given: Setup, cookie: string) => string | Promise<string>;
}

const DAY = 24 * HOUR;
const flip = (cookie: string): string =>
  cookie.slice(0, -30) + (cookie.at(-30) === "A" ? "B" : "A") + cookie.slice(-29);
const withToken = (token: string) => () => `__Host-session=${token}`;

const unusable: readonly Unusable[] = [
  { reason: "duplicate", kind: "both", spoil: (_, cookie) => `${cookie}; ${cookie}` },
  { reason: "duplicate", kind: "both", spoil: (_, cookie) => `${cookie}; __Host-session=` },
  { reason: "malformed", kind: "both", spoil: withToken("") },
  { reason: "malformed", kind: "both", spoil: withToken("nonsense") },
  { reason: "malformed", kind: "both", spoil: withToken("A".repeat(5000)) },
  { reason: "malformed", kind: "both", spoil: (_, cookie) => `${cookie}=` },
  { reason: "malformed", kind: "both", spoil: (_, cookie) => `${cookie.slice(0, 20)}%00${cookie.slice(20)}` },
  { reason: "malformed", kind: "stored", spoil: withToken(`${"A".repeat(42)}B`) },
  { reason: "malformed", kind: "stored", spoil: (_, cookie) => cookie.slice(0, -1) },
  { reason: "not-found", kind: "stored", spoil: withToken("A".repeat(43)) },
  { reason: "not-found", kind: "stored", spoil: (_, cookie) => flip(cookie) },
  {
    reason: "not-found",
    kind: "stored",
    async spoil({ sessions }, cookie) {
      await sessions.revokeUser(7);
      return cookie;
    },
  },
  { reason: "forged", kind: "sealed", spoil: (_, cookie) => flip(cookie) },
  {
    reason: "unknown-key",
    kind: "sealed",
    spoil({ clock }) {
      const others = setUp({ stored: false }, { clock, password: OTHER_PASSWORD });
      return others
        .browser()
        .visit((session) => session.update({ userId: 7 }))
        .then(cookieOf);
    },
  },
  {
    reason: "out-of-lifetime",
    kind: "sealed",
    spoil({ clock }, cookie) {
      clock.advance(3 * DAY);
      return cookie;
    },
  },
  {
    reason: "out-of-lifetime",
    kind: "sealed",
    spoil({ clock }, cookie) {
      clock.advance(-3 * DAY);
      return cookie;
    },
  },
  {
    reason: "idle",
    kind: "sealed",
    spoil({ clock }, cookie) {
      clock.advance(30 * MINUTE);
      return cookie;
    },
  },
  {
    reason: "expired",
    kind: "sealed",
    spoil({ clock }, cookie) {
      clock.advance(12 * HOUR);
      return cookie;
    },
  },
  {
    reason: "not-found",
    kind: "stored",
    spoil({ clock }, cookie) {
      clock.advance(30 * MINUTE);
      return cookie;
    },
  },
  {
    reason: "not-yet-valid",
    kind: "both",
    spoil({ clock }, cookie) {
      clock.advance(-MINUTE - 1);
      return cookie;
    },
  },
];

function cookieOf({ exchange }: { exchange: ReturnType<typeof testExchange> }): string {
  return setCookies(exchange)[0]!.split(";")[0]!;
}

describe.each(kinds)("a $kind session's cookie that does not open", (kind) => {
  const mine = unusable.filter((one) => one.kind === "both" || one.kind === kind.kind);

  test.each(mine)("is $reason, anonymous, and left alone", async ({ reason, spoil }) => {
    const given = setUp(kind);
    const visitor = given.browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const cookie = await spoil(given, visitor.cookie!);
    given.events.length = 0;
    const writes = vi.mocked(given.store.update).mock.calls.length;

    const { session, exchange } = await given.browser(cookie).visit();
    expect([session.data, session.id, session.state, session.authenticatedAt]).toEqual([
      {},
      undefined,
      "fresh",
      undefined,
    ]);
    expect(given.events).toEqual([{ type: "rejected", reason, session: "session", at: given.clock.now() }]);
    expect(setCookies(exchange)).toEqual([]);
    expect(vi.mocked(given.store.update).mock.calls.length).toBe(writes);
  });

  test("is replaced when the visitor logs in, under another id", async () => {
    const { browser } = setUp(kind);
    const visitor = browser("__Host-session=nonsense");
    await visitor.visit((session) => session.update({ userId: 7 }));
    expect(tokenIn(visitor.cookie)).not.toBe("nonsense");
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
  });
});

describe.each(kinds)("data of a $kind session that can no longer be used", (kind) => {
  const refuseAll: StandardSchema<{ userId: number }> = {
    "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) },
  };
  const changes = [
    { reason: "version", options: { version: 2 } },
    { reason: "version", options: { version: 0 } },
    { reason: "version", options: { version: 2, migrate: () => undefined } },
    { reason: "version", options: { version: 2, migrate: async () => undefined } },
    { reason: "version", options: { version: 0, migrate: (data: unknown) => data } },
    { reason: "invalid-data", options: { schema: refuseAll } },
    { reason: "invalid-data", options: { version: 2, migrate: () => [1] } },
    { reason: "invalid-data", options: { version: 2, migrate: () => "text" } },
    { reason: "invalid-data", options: { version: 2, migrate: () => null } },
  ];

  test.each(changes)("is rejected as $reason under $options", async ({ reason, options }) => {
    const before = setUp(kind);
    const visitor = before.browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    const after = setUp<{ userId: number }>(kind, {
      clock: before.clock,
      ...(kind.stored ? { store: before.store } : {}),
      ...options,
    });
    const { session, exchange } = await after.browser(visitor.cookie).visit();
    expect(session.data).toEqual({});
    expect(rejections(after.events)).toEqual([reason]);
    expect(setCookies(exchange)).toEqual([]);
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
  });
});

test("a store's record of the future or past its end is not believed, whatever the store says", async () => {
  const clock = fakeClock();
  const { store, browser } = setUp({ stored: true }, { clock });
  const visitor = browser();
  const { session } = await visitor.visit((one) => one.update({ userId: 7 }));
  const record = (await store.find(session.id!))!;
  const believing = { ...store, find: async () => record };
  const given = setUp({ stored: true }, { clock, store: believing });
  clock.advance(30 * MINUTE - 1);
  expect((await given.browser(visitor.cookie).visit()).session.data).toEqual({ userId: 7 });
  clock.advance(1);
  await given.browser(visitor.cookie).visit();
  clock.advance(12 * HOUR);
  await given.browser(visitor.cookie).visit();
  expect(rejections(given.events)).toEqual(["idle", "expired"]);
});

describe("without anybody listening", () => {
  beforeEach(() => {
    vi.spyOn(console, "error");
    vi.spyOn(console, "warn");
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("a rejected cookie is silent and anonymous all the same", async () => {
    const sessions = createSessions({ password: PASSWORD });
    const session = await sessions.open(testExchange({ cookie: "__Host-session=nonsense" }));
    expect(session.data).toEqual({});
    expect(console.error).not.toHaveBeenCalled();
    expect(console.warn).not.toHaveBeenCalled();
  });
});
