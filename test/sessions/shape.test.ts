import * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { StandardSchema } from "../../src/core/standard-schema.ts";
import type { SessionOptions } from "../../src/options.ts";
import { codeOf, kinds, rejections, setCookies, setUp, type Kind } from "./harness.ts";

interface Cart {
  userId?: number;
  items: string[];
}

const valibot = v.object({ userId: v.optional(v.number()), items: v.optional(v.array(v.string()), []) });

/** A Standard Schema by hand, which answers with a promise and strips what it does not know. */
const byHand: StandardSchema<Cart> = {
  "~standard": {
    version: 1,
    vendor: "by hand",
    async validate(value) {
      await Promise.resolve();
      const { userId, items = [] } = value as Partial<Cart>;
      if (userId !== undefined && typeof userId !== "number")
        return { issues: [{ message: `no: ${String(userId)}`, path: [{ key: "userId" }] }] };
      return { value: userId === undefined ? { items } : { userId, items } };
    },
  },
};

const schemas = [
  { validator: "valibot", schema: valibot as unknown as StandardSchema<Cart> },
  { validator: "an async schema by hand", schema: byHand },
];
const cases = kinds.flatMap((kind) => schemas.map((schema) => ({ ...kind, ...schema })));

describe.each(cases)("a $kind session checked by $validator", ({ schema, ...kind }) => {
  test("holds what the schema makes of the data", async () => {
    const { browser } = setUp<Cart>(kind, { schema });
    const visitor = browser();
    const { session } = await visitor.visit((one) => one.update({ userId: 7, extra: 1 } as Partial<Cart>));
    expect(session.data).toEqual({ userId: 7, items: [] });
    expect((await visitor.visit()).session.data).toEqual({ userId: 7, items: [] });
  });

  test("refuses what the schema refuses, from an object and from a function", async () => {
    const { browser } = setUp<Cart>(kind, { schema });
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7 }));
    await visitor.visit(async (session) => {
      expect(await codeOf(() => session.update({ userId: "x" as never }))).toBe("ERR_SESSION_INVALID_DATA");
      expect(await codeOf(() => session.update((d) => (d.userId = "x")))).toBe("ERR_SESSION_INVALID_DATA");
      expect(session.data).toEqual({ userId: 7, items: [] });
    });
  });

  test("shows an anonymous visitor no defaults, and can be emptied whatever the schema wants", async () => {
    const { browser } = setUp<Cart>(kind, { schema });
    const visitor = browser();
    expect((await visitor.visit()).session.data).toEqual({});
    await visitor.visit((session) => session.update({ userId: 7 }));
    const { session } = await visitor.visit((one) =>
      one.update({ userId: undefined, items: undefined } as never),
    );
    expect([session.state, session.data]).toEqual(["destroyed", {}]);
  });

  test("is rejected when it no longer fits, and read again once it does", async () => {
    const before = setUp(kind);
    const visitor = before.browser();
    await visitor.visit((session) => session.update({ userId: "seven" }));
    const after = setUp<Cart>(kind, { schema, ...sameStore(kind, before) });
    const { session, exchange } = await after.browser(visitor.cookie).visit();
    expect(session.data).toEqual({});
    expect(rejections(after.events)).toEqual(["invalid-data"]);
    expect(setCookies(exchange)).toEqual([]);
  });
});

/** What sessions of another release share with those of before. */
function sameStore(
  kind: Pick<Kind, "stored">,
  { clock, store }: Pick<ReturnType<typeof setUp>, "clock" | "store">,
) {
  return { clock, ...(kind.stored ? { store } : {}) };
}

async function release(kind: Kind, options: SessionOptions<Record<string, unknown>>) {
  const before = setUp<Record<string, unknown>>(kind);
  const visitor = before.browser();
  await visitor.visit((session) => session.update({ user: 7, theme: "dark" }));
  const after = setUp<Record<string, unknown>>(kind, { ...options, ...sameStore(kind, before) });
  return { ...after, before, visitor: after.browser(visitor.cookie), cookie: visitor.cookie };
}

describe.each(kinds)("data of an earlier version of a $kind session", (kind) => {
  type Migrate = NonNullable<SessionOptions["migrate"]>;
  const rename: Migrate = (data) => {
    const { user, ...rest } = data as { user: number };
    return { userId: user, ...rest };
  };
  const migrations: { how: string; migrate: Migrate }[] = [
    { how: "at once", migrate: rename },
    { how: "with a promise", migrate: async (data, version) => rename(data, version) },
  ];

  test.each(migrations)("is migrated $how, without a write", async ({ migrate }) => {
    const { visitor, cookie } = await release(kind, { version: 2, migrate });
    const { session, exchange } = await visitor.visit();
    expect([session.data, session.state]).toEqual([{ userId: 7, theme: "dark" }, "loaded"]);
    expect(setCookies(exchange)).toEqual([]);
    expect(visitor.cookie).toBe(cookie);
  });

  test("is kept in the new version by the next update, and then no longer migrated", async () => {
    const versions: number[] = [];
    const { visitor } = await release(kind, {
      version: 2,
      migrate(data, version) {
        versions.push(version);
        return rename(data, version);
      },
    });
    await visitor.visit((session) => session.update({ theme: "light" }));
    const migrated = versions.length;
    expect((await visitor.visit()).session.data).toEqual({ userId: 7, theme: "light" });
    expect(versions).toEqual(Array.from({ length: migrated }, () => 1));
    expect(migrated).toBeGreaterThan(0);
  });

  test("belongs to its user in the index from the next update on", async () => {
    if (!kind.stored) return;
    const { visitor, sessions } = await release(kind, { version: 2, migrate: rename });
    await visitor.visit((session) => session.update({ theme: "light" }));
    expect(await sessions.list(7)).toHaveLength(1);
    await sessions.revokeUser(7);
    expect((await visitor.visit()).session.data).toEqual({});
  });

  test("is checked by the schema after it was migrated", async () => {
    const schema = v.object({ userId: v.number(), theme: v.string() }) as never;
    const good = await release(kind, { version: 2, migrate: rename, schema });
    expect((await good.visitor.visit()).session.data).toEqual({ userId: 7, theme: "dark" });
    const bad = await release(kind, { version: 2, migrate: (data) => data, schema });
    expect((await bad.visitor.visit()).session.data).toEqual({});
    expect(rejections(bad.events)).toEqual(["invalid-data"]);
  });

  test("of a later version is left for the release that knows it", async () => {
    const { before, visitor, ...after } = await release(kind, { version: 2, migrate: rename });
    await visitor.visit((session) => session.update({ theme: "light" }));
    const { session, exchange } = await before.browser(visitor.cookie).visit();
    expect(session.data).toEqual({});
    expect(rejections(before.events)).toEqual(["version"]);
    expect(setCookies(exchange)).toEqual([]);
    expect((await after.browser(visitor.cookie).visit()).session.data["theme"]).toBe("light");
  });

  test("is an error when migrate throws, and never an anonymous answer", async () => {
    const fault = new Error("the application's own");
    const { sessions, visitor } = await release(kind, {
      version: 2,
      migrate: () => {
        throw fault;
      },
    });
    await expect(visitor.start()).rejects.toBe(fault);
    await expect(visitor.start()).rejects.toBe(fault);
    expect(sessions.name).toBe("session");
  });
});
