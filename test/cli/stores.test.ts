import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createSessions } from "../../src/index.ts";
import { postgresStore } from "../../src/stores/postgres.ts";
import { redisStore } from "../../src/stores/redis.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import type { DatabaseStore } from "../../src/stores/store.ts";
import { cookieFor, fakeClock, testExchange } from "../../src/testing/index.ts";
import { sqliteFolder } from "../stores/sqlite/folder.ts";
import { startPostgres } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";
import type { TestServer } from "../support/server.ts";
import { coatcheck, coatcheckJson } from "./cli.ts";

const { file } = sqliteFolder();
let postgres: TestServer;
let redis: TestServer;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis({ appendonly: "everysec" })]);
});
afterAll(() => Promise.all([postgres.stop(), redis.stop()]));

interface Kind {
  readonly name: string;
  readonly address: () => string;
  readonly open: (address: string, place: string, now: () => number) => DatabaseStore;
  /** Options that lead to a place of its own for every test. */
  readonly options: (place: string) => string[];
}

const kinds: Kind[] = [
  {
    name: "SQLite",
    address: () => `sqlite:${file()}`,
    open: (address, table, now) => sqliteStore({ path: address.slice("sqlite:".length), table, now }),
    options: (table) => ["--table", table],
  },
  {
    name: "PostgreSQL",
    address: () => postgres.url,
    open: (url, table, now) => postgresStore({ url, table, now }),
    options: (table) => ["--table", table],
  },
  {
    name: "Redis",
    address: () => redis.url,
    open: (url, prefix, now) => redisStore({ url, prefix, now }),
    options: (prefix) => ["--prefix", prefix],
  },
];

let places = 0;

/** An application with a store of its own, and the command for the same store. */
async function application(kind: Kind, about: { readonly name?: string } = {}) {
  const place = `cli_${++places}`;
  const address = kind.address();
  const clock = fakeClock();
  const options = ["--store", address, ...kind.options(place)];
  const command = (...argv: string[]) => coatcheck([...argv, ...options], { now: clock.now });
  const json = (...argv: string[]) => coatcheckJson([...argv, ...options], { now: clock.now });
  const migrated = await command("migrate");
  expect(migrated).toMatchObject({ code: 0, err: "" });

  const store = kind.open(address, place, clock.now);
  onTestFinished(() => store.close());
  const sessions = createSessions({
    ...about,
    store,
    storeTimeout: 5,
    now: clock.now,
    devices: { userAgent: true },
  });
  const login = async (userId: number, userAgent = "Firefox") => {
    const exchange = testExchange({ headers: { "user-agent": userAgent } });
    const session = await sessions.open(exchange);
    await session.update({ userId });
    return session.id!;
  };
  return { clock, command, json, sessions, login, migrated, place, address };
}

describe.each(kinds)("the command on $name", (kind) => {
  test("creates what the store needs, and can be repeated", async () => {
    const { migrated, command, json } = await application(kind);
    expect(migrated.out).toContain(`Up to date: ${kind.name}, `);
    expect(await command("migrate")).toEqual(migrated);
    expect((await json("migrate")).answer).toEqual({ migrated: true });
  });

  test("lists the living sessions of a user, latest seen first", async () => {
    const { clock, command, json, login } = await application(kind);
    const first = await login(7, "Old\u001b[31m");
    clock.advance(60_000);
    const second = await login(7);
    await login(8);
    clock.advance(60_000);
    const { code, out, err } = await command("list", "7");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n").filter((line) => /^\S/.test(line))).toEqual([second, first]);
    expect(out).toContain("  last seen  2026-01-01T00:00:00.000Z (2 min ago)\n");
    expect(out).toContain("  expires    2026-01-01T00:31:00.000Z (in 29 min)\n");
    expect(out).toContain("  device     Old\\u{1b}[31m\n");
    const { answer } = await json("list", "7");
    expect(answer).toEqual([
      expect.objectContaining({ id: second, userAgent: "Firefox", createdAt: "2026-01-01T00:01:00.000Z" }),
      expect.objectContaining({ id: first, lastSeenAt: "2026-01-01T00:00:00.000Z" }),
    ]);
    expect((await command("list", "nobody")).out).toBe("No living sessions.\n");
  });

  test("ends one session by its id, and says when there is none", async () => {
    const { command, json, login, sessions } = await application(kind);
    const first = await login(7);
    const second = await login(7);
    expect(await command("revoke", first)).toEqual({ code: 0, out: "Ended the session.\n", err: "" });
    expect((await sessions.list(7)).map(({ id }) => id)).toEqual([second]);
    expect((await command("revoke", first)).code).toBe(1);
    expect(await json("revoke", second)).toEqual({ code: 0, answer: { revoked: 1 } });
    expect(await sessions.list(7)).toEqual([]);
  });

  test("asks for sessions of another name by --name", async () => {
    const { command, login, sessions } = await application(kind, { name: "staff" });
    const id = await login(7);
    expect((await command("list", "7")).out).toBe("No living sessions.\n");
    expect((await command("list", "7", "--name", "staff")).out).toContain(id);
    expect((await command("revoke", "--user", "7")).out).toBe("Ended 0 sessions.\n");
    expect((await command("revoke", "--user", "7", "--name", "staff")).out).toBe("Ended 1 session.\n");
    expect(await sessions.list(7)).toEqual([]);
  });

  test("ends all sessions of a user, but for one to keep", async () => {
    const { command, json, login, sessions } = await application(kind);
    const kept = await login(7);
    await login(7);
    await login(7);
    const stranger = await login(8);
    expect((await command("revoke", "--user", "7", "--except", kept)).out).toBe("Ended 2 sessions.\n");
    expect((await sessions.list(7)).map(({ id }) => id)).toEqual([kept]);
    expect((await json("revoke", "--user", "7")).answer).toEqual({ revoked: 1 });
    expect(await sessions.list(7)).toEqual([]);
    expect((await sessions.list(8)).map(({ id }) => id)).toEqual([stranger]);
  });

  test("removes what has expired, and nothing that lives", async () => {
    const { clock, command, login, sessions } = await application(kind);
    await login(7);
    await login(7);
    clock.advance(40 * 60_000);
    const living = await login(7);
    const expired = kind.name === "Redis" ? 0 : 2;
    expect((await command("sweep")).out).toBe(`Removed ${expired} expired sessions.\n`);
    expect((await command("sweep")).out).toBe("Removed 0 expired sessions.\n");
    expect((await sessions.list(7)).map(({ id }) => id)).toEqual([living]);
  });

  test("looks up the session of a token, and tells why it is refused", async () => {
    const { clock, json, command, sessions } = await application(kind);
    const cookie = await cookieFor(sessions, { userId: 7, theme: "dark" });
    const [info] = await sessions.list(7);
    const found = await json("inspect", cookie);
    expect(found).toMatchObject({
      code: 0,
      answer: {
        kind: "stored",
        accepted: true,
        id: info!.id,
        session: { data: { userId: 7, theme: "dark" } },
      },
    });
    expect((await command("inspect", cookie)).out).toContain('{"userId":7,"theme":"dark"}');
    expect((await json("inspect", cookie, "--data-version", "2")).answer).toMatchObject({
      reason: "version",
    });

    clock.advance(-120_000);
    expect((await json("inspect", cookie)).answer).toMatchObject({ reason: "not-yet-valid" });
    clock.advance(120_000);
    await sessions.revoke(info!.id);
    const refused = await json("inspect", cookie);
    expect(refused).toMatchObject({ code: 1, answer: { accepted: false, reason: "not-found" } });
  });
});

describe.each(kinds.filter(({ name }) => name !== "Redis"))("the command on $name", ({ address }) => {
  test("says in one line what to do when nothing was migrated", async () => {
    const answer = await coatcheck(["list", "7", "--store", address(), "--table", "never_made"]);
    expect(answer).toMatchObject({ code: 1, out: "" });
    expect(answer.err).toMatch(/^coatcheck list: .*Or run: coatcheck migrate\n$/);
  });
});

describe("the store's address", () => {
  test("comes from SESSION_STORE, else DATABASE_URL, and the option goes before both", async () => {
    const [a, b, c] = [file(), file(), file()];
    for (const path of [a, b, c]) await coatcheck(["migrate", "--store", path]);
    const table = "SELECT count(*) AS n FROM coatcheck_sessions";
    const insert = async (path: string) => {
      const store = sqliteStore({ path, now: fakeClock().now });
      await cookieFor(createSessions({ store, now: fakeClock().now }), { userId: 7 });
      await store.close();
    };
    for (const path of [a, b, c]) await insert(path);
    const env = { SESSION_STORE: `sqlite:${a}`, DATABASE_URL: `file:${b}` };
    expect((await coatcheck(["revoke", "--user", "7", "--store", c], { env })).code).toBe(0);
    expect((await coatcheck(["revoke", "--user", "7"], { env })).code).toBe(0);
    expect((await coatcheck(["revoke", "--user", "7"], { env: { ...env, SESSION_STORE: "" } })).code).toBe(0);
    for (const path of [a, b, c]) {
      const database = new DatabaseSync(path);
      expect(database.prepare(table).get()).toEqual({ n: 0 });
      database.close();
    }
    const cookie = await coatcheck(["sweep"], { env: { ...env, SESSION_STORE: "cookie" } });
    expect(cookie).toMatchObject({ code: 2, out: "" });
  });

  test.each(["postgres://u:canary-word@127.0.0.1:1/db", "redis://u:canary-word@127.0.0.1:1"])(
    "of a server that is down gives one line without a stack, or with one when asked: %s",
    async (address) => {
      for (const argv of [["list", "7"], ["revoke", "--user", "7"], ["migrate"]]) {
        const { code, out, err } = await coatcheck([...argv, "--store", address]);
        expect({ code, out }).toEqual({ code: 1, out: "" });
        expect(err).toMatch(/^coatcheck \w+: [^\n]*ECONNREFUSED[^\n]*\n$/);
        const verbose = await coatcheck([...argv, "--store", address, "--verbose"]);
        expect(verbose.err).toMatch(/\n +at /);
        expect(err + verbose.err).not.toContain("canary");
      }
    },
  );

  test("of a server that hangs gives up after --timeout", async ({ task }) => {
    postgres.pause();
    redis.pause();
    const began = performance.now();
    try {
      const listed = await coatcheck(["list", "7", "--store", postgres.url, "--timeout", "1"]);
      expect(listed.code).toBe(1);
      expect(listed.err).toMatch(/^coatcheck list: [^\n]+\n$/);
      const migrated = await coatcheck(["migrate", "--store", redis.url, "--timeout", "1"]);
      expect(migrated.code).toBe(1);
      expect(migrated.err).toBe("coatcheck migrate: The store did not answer within 1 s.\n");
    } finally {
      postgres.resume();
      redis.resume();
    }
    const took = performance.now() - began;
    task.meta.note = `two commands in ${Math.round(took)} ms`;
    expect(took).toBeLessThan(15_000);
  });
});
