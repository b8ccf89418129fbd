import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { SessionErrorCode } from "../../src/core/errors.ts";
import type { SessionOptions } from "../../src/options.ts";
import type { Session } from "../../src/session.ts";
import type { TestExchange } from "../../src/testing/index.ts";
import { errorOf, kinds, recordsIn, setCookies, setUp, type Kind, type Setup } from "./harness.ts";

type Loose = Record<string, unknown>;

/** All that a failed write must leave as it was. */
async function everything(session: Session<Loose>, exchange: TestExchange, { store, events }: Setup<Loose>) {
  const { id, data, state, createdAt, lastSeenAt, expiresAt, authenticatedAt } = session;
  return structuredClone({
    session: { id, data, state, createdAt, lastSeenAt, expiresAt, authenticatedAt },
    headers: [...exchange.headers],
    records: await recordsIn(store),
    events,
  });
}

const DATE = new Date(0);
const CYCLE: Record<string, unknown> = {};
CYCLE["self"] = CYCLE;

interface Failure {
  readonly what: string;
  readonly code: SessionErrorCode;
  readonly write: (session: Session<Loose>) => Promise<unknown>;
  /** What the message must name, so that the reader knows where to look. */
  readonly names: RegExp;
}

const unserialisable = (what: string, value: unknown, names: RegExp): Failure => ({
  what,
  code: "ERR_SESSION_UNSERIALIZABLE",
  write: (session) => session.update({ secretive: value }),
  names,
});
const invalid = (what: string, update: unknown): Failure => ({
  what,
  code: "ERR_SESSION_INVALID_UPDATE",
  write: (session) => session.update(update as never),
  names: /plain object/,
});

const failures: readonly Failure[] = [
  unserialisable("a Date", { at: DATE }, /data\.secretive\.at is a Date/),
  unserialisable("a Map", new Map([[1, 2]]), /data\.secretive is a Map/),
  unserialisable("NaN", [1, Number.NaN], /data\.secretive\[1\]/),
  unserialisable("Infinity", Number.POSITIVE_INFINITY, /data\.secretive/),
  unserialisable("a bigint", 1n, /data\.secretive is a bigint/),
  unserialisable("a function", () => 1, /data\.secretive is a function/),
  unserialisable("a symbol", Symbol("s"), /data\.secretive is a symbol/),
  unserialisable("a hole in an array", [1, undefined], /data\.secretive\[1\]/),
  unserialisable("a cycle", CYCLE, /data\.secretive/),
  unserialisable(
    "a class instance",
    new (class Cart {
      readonly items = [];
    })(),
    /data\.secretive is a Cart/,
  ),
  unserialisable("a key named __proto__", JSON.parse('{"__proto__":1}'), /__proto__/),
  {
    what: "a flash value that JSON cannot hold",
    code: "ERR_SESSION_UNSERIALIZABLE",
    write: (session) => session.flash.set("notice", DATE),
    names: /notice is a Date/,
  },
  invalid("a string", "userId=7"),
  invalid("a number", 7),
  invalid("null", null),
  invalid("nothing", undefined),
  invalid("an array", [1]),
  invalid("a Date", DATE),
  invalid("a promise of a patch", Promise.resolve({ userId: 8 })),
];

async function loggedIn(kind: Kind, options: SessionOptions<Loose> = {}) {
  const given = setUp<Loose>(kind, options);
  const visitor = given.browser();
  await visitor.visit(async (session) => {
    await session.update({ userId: 7, theme: "dark" });
    await session.flash.set("notice", "kept");
  });
  return { ...given, visitor };
}

describe.each(kinds)("a write to a $kind session that fails", (kind) => {
  test.each(failures)("because of $what names the fault and leaves all as it was", async (failure) => {
    const given = await loggedIn(kind);
    await given.visitor.visit(async (session, exchange) => {
      const before = await everything(session, exchange, given);
      const error = await errorOf(() => failure.write(session));
      expect(error.code).toBe(failure.code);
      expect(error.message).toMatch(failure.names);
      expect(await everything(session, exchange, given)).toEqual(before);
    });
    const anonymous = given.browser();
    const { exchange } = await anonymous.visit(async (session) => {
      await errorOf(() => failure.write(session));
      expect(session.state).toBe("fresh");
    });
    expect(setCookies(exchange)).toEqual([]);
    const { session } = await given.visitor.visit();
    expect(session.data).toEqual({ userId: 7, theme: "dark" });
  });

  test("because the schema refuses it names the paths and no value", async () => {
    const schema = v.object({
      userId: v.optional(v.number()),
      theme: v.optional(v.picklist(["dark", "light"])),
      cart: v.optional(v.array(v.object({ sku: v.string() }))),
    });
    const given = await loggedIn(kind, { schema });
    await given.visitor.visit(async (session, exchange) => {
      const before = await everything(session, exchange, given);
      const error = await errorOf(() =>
        session.update({ theme: "canary-theme", cart: [{ sku: "fine" }, { sku: 424_242 }] }),
      );
      expect(error.code).toBe("ERR_SESSION_INVALID_DATA");
      expect(error.message).toContain("theme, cart.1.sku");
      expect(error.message).not.toMatch(/canary|424242|fine/);
      expect(await everything(session, exchange, given)).toEqual(before);
    });
    expect((await given.visitor.visit()).session.data).toEqual({ userId: 7, theme: "dark" });
  });

  test("over plain http from elsewhere says how to serve it", async () => {
    const given = setUp<Loose>(kind);
    const { session, exchange } = await given.browser().start("http://app.example/");
    expect(session.data).toEqual({});
    const before = await everything(session, exchange, given);
    const error = await errorOf(() => session.update({ userId: 7 }));
    expect(error.code).toBe("ERR_SESSION_INSECURE");
    expect(error.message).toContain("trustProxy");
    expect(await everything(session, exchange, given)).toEqual(before);
  });
});

const late: {
  what: string;
  kinds: readonly string[];
  write: (session: Session<Loose>) => Promise<unknown>;
}[] = [
  { what: "an update", kinds: ["sealed"], write: (session) => session.update({ theme: "light" }) },
  { what: "a flash value", kinds: ["sealed"], write: (session) => session.flash.set("other", 1) },
  { what: "a taken flash value", kinds: ["sealed"], write: (session) => session.flash.take("notice") },
  { what: "a logout", kinds: ["sealed"], write: (session) => session.clear() },
  { what: "another user", kinds: ["sealed", "stored"], write: (session) => session.update({ userId: 8 }) },
  { what: "a rotation", kinds: ["sealed", "stored"], write: (session) => session.rotate() },
];

test("the seed's logout from a sealed session says so when it comes too late to take the cookie away", async () => {
  const { browser } = setUp<Loose>({ stored: false });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  const { session, exchange } = await visitor.start();
  exchange.flush();
  const error = await errorOf(() =>
    session.update((d: { userId?: number | undefined }) => (d.userId = undefined)),
  );
  expect([error.code, session.data]).toEqual(["ERR_SESSION_LATE_WRITE", { userId: 7 }]);
});

describe.each(kinds)("over plain http from elsewhere, a $kind session that is there", (kind) => {
  test.each(late.filter((one) => one.kinds.includes(kind.kind)))("refuses $what", async ({ write }) => {
    const given = await loggedIn(kind);
    given.clock.advance(5 * 60_000);
    const { session, exchange } = await given.visitor.start("http://app.example/");
    expect(session.data["userId"]).toBe(7);
    const before = await everything(session, exchange, given);
    expect((await errorOf(() => write(session))).code).toBe("ERR_SESSION_INSECURE");
    expect(await everything(session, exchange, given)).toEqual(before);
    expect(setCookies(exchange)).toEqual([]);
  });
});

describe.each(kinds)("after the head of the response has left, a $kind session", (kind) => {
  test.each(late.filter((one) => one.kinds.includes(kind.kind)))("refuses $what", async ({ write }) => {
    const given = await loggedIn(kind);
    const { session, exchange } = await given.visitor.start();
    expect(session.data["userId"]).toBe(7);
    exchange.flush();
    const before = await everything(session, exchange, given);
    const error = await errorOf(() => write(session));
    expect(error.code).toBe("ERR_SESSION_LATE_WRITE");
    expect(error.message).toMatch(/before the first byte/);
    expect(await everything(session, exchange, given)).toEqual(before);
  });

  test("refuses to begin", async () => {
    const given = setUp<Loose>(kind);
    const { session, exchange } = await given.browser().start();
    exchange.flush();
    expect((await errorOf(() => session.update({ userId: 7 }))).code).toBe("ERR_SESSION_LATE_WRITE");
    expect([session.state, await recordsIn(given.store), given.events]).toEqual(["fresh", [], []]);
    expect(setCookies(exchange)).toEqual([]);
  });

  test("can still be read, and a touch that is due is left to the next request", async () => {
    const given = await loggedIn(kind);
    given.clock.advance(5 * 60_000);
    const { session, exchange } = await given.visitor.start();
    exchange.flush();
    expect(session.data["userId"]).toBe(7);
    expect(setCookies(exchange)).toEqual([]);
  });
});

test("a stored session is changed and ended after the head has left: it needs no cookie for that", async () => {
  const given = await loggedIn({ kind: "stored", stored: true });
  const { session, exchange } = await given.visitor.start();
  exchange.flush();
  await session.update({ theme: "light" });
  expect((await given.visitor.visit()).session.data["theme"]).toBe("light");
  await session.clear();
  expect((await given.visitor.visit()).session.data).toEqual({});
  expect(setCookies(exchange)).toEqual([]);
});

describe("a sealed session that would not fit into one cookie", () => {
  const big = (bytes: number) => "x".repeat(bytes);

  test("is refused with the largest fields and their sizes, and nothing is done", async () => {
    const given = await loggedIn({ kind: "sealed", stored: false });
    await given.visitor.visit(async (session, exchange) => {
      const before = await everything(session, exchange, given);
      const error = await errorOf(() => session.update({ small: "y", cart: big(2500), notes: big(1500) }));
      expect(error.code).toBe("ERR_SESSION_COOKIE_TOO_LARGE");
      expect(error.message).toContain("data.cart (2502 bytes), data.notes (1502 bytes)");
      expect(error.message).not.toContain("xxx");
      expect(await everything(session, exchange, given)).toEqual(before);
    });
    expect((await given.visitor.visit()).session.data).toEqual({ userId: 7, theme: "dark" });
  });

  test("fits up to 4,096 octets of name and value, and not one more", async () => {
    const given = setUp<Loose>({ stored: false });
    let largest = 0;
    let refused = 0;
    for (let size = 2800; size < 3100; size++) {
      const { session, exchange } = await given.browser().start();
      const error = await session.update({ a: big(size) }).then(
        () => undefined,
        (fault: Error) => fault,
      );
      if (error === undefined) largest = setCookies(exchange)[0]!.split(";")[0]!.length - 1;
      else refused ||= Number(/take (\d+) characters/.exec(error.message)![1]) + "__Host-session".length;
    }
    expect(largest).toBeLessThanOrEqual(4096);
    expect(largest).toBeGreaterThan(4096 - 4);
    expect(refused).toBeGreaterThan(4096);
  });

  test("counts flash values too, and says that it is they", async () => {
    const { browser } = setUp({ stored: false });
    const error = await errorOf(() => browser().visit((session) => session.flash.set("draft", big(4000))));
    expect(error.code).toBe("ERR_SESSION_COOKIE_TOO_LARGE");
    expect(error.message).toContain("flash.draft (4002 bytes)");
  });
});

test("a stored session of any size is kept", async () => {
  const { browser } = setUp({ stored: true });
  const visitor = browser();
  await visitor.visit((session) => session.update({ a: "x".repeat(100_000) }));
  expect((await visitor.visit()).session.data["a"]).toHaveLength(100_000);
});
