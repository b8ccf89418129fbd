import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { app as appFolder, root } from "../../../scripts/lib/paths.mjs";
import { node24 } from "../../../scripts/lib/runtime.mjs";
import { cleanEnvironment } from "../support/server.ts";
import {
  PASSWORD,
  refusedServer,
  runSetup,
  SECRET,
  startHogwarts,
  temporaryFolder,
  type HogwartsOptions,
} from "./support/app.ts";
import { withDatabase } from "./support/database.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

const USERNAMES = ["headmaster", "professor-gryffindor", "student-gryffindor", "student-slytherin"];
const GENERATED = /Password: +([a-z2-9]{4}(?:-[a-z2-9]{4}){3})\b/;

let folder: string;
const started: { stop(): Promise<void> }[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: HogwartsOptions = {}) {
  const app = await startHogwarts(options);
  started.push(app);
  return app;
}

/** Where a secret is needed: sessions in a store do without. */
const SEALED = { SESSION_STORE: "cookie" };

describe("SESSION_SECRET, with SESSION_STORE=cookie", () => {
  test("is generated in development into a file that only the owner can read, and stays", () => {
    const first = runSetup(folder, SEALED);
    expect(first.code).toBe(0);
    const file = join(folder, ".data", "session-secret");
    const secret = readFileSync(file, "utf8");
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(first.output).not.toContain(secret);

    expect(runSetup(folder, SEALED).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(secret);
  });

  test("has a file that git ignores", () => {
    const file = join(appFolder, ".data", "session-secret");
    expect(
      execFileSync("git", ["check-ignore", "--no-index", file], { cwd: root, encoding: "utf8" }),
    ).toContain("session-secret");
  });

  const unusable = [
    {
      what: "left out in production",
      env: { ...SEALED, NODE_ENV: "production" },
      says: /SESSION_SECRET is not set/,
    },
    {
      what: "too short",
      env: { ...SEALED, SESSION_SECRET: "short-and-guessable" },
      says: /at least 32 characters/,
    },
  ];

  test.each(unusable)(
    "$what, ends the setup with a clear error, so that nothing is served",
    ({ env, says }) => {
      const ended = runSetup(folder, env);
      expect(ended.code).toBe(1);
      expect(ended.output).toMatch(says);
      expect(ended.output).not.toContain("short-and-guessable");
      // One line of it, and no stack.
      expect(ended.output.trim()).not.toContain("\n");
    },
  );

  test.each(unusable)(
    "$what, lets a server that is started on its own answer nobody",
    async ({ env, says }) => {
      const paths = ["/", "/login", "/houses/slytherin", "/api/slytherin/admin", "/healthz", "/_server"];
      const { code, statuses, output } = await refusedServer(folder, env, paths);
      expect(code).not.toBe(0);
      expect(statuses).toEqual(statuses.map(() => 500));
      expect(output).toMatch(says);
      expect(output).not.toContain("short-and-guessable");
    },
  );

  test("of the old one and the new one, both open what either has sealed", async () => {
    const next = `the next ${SECRET}`;
    const before = await start({ env: { ...SEALED, OLD_SESSION_SECRET: next } });
    const cookie = (await loggedIn(before, "headmaster")).cookie()!;
    const after = await start({ env: { ...SEALED, SESSION_SECRET: next, OLD_SESSION_SECRET: SECRET } });
    const headers = [["Cookie", cookie]] as const;
    expect((await visitor(after).send({ path: "/", headers })).status).toBe(200);
    const renewed = (await loggedIn(after, "headmaster")).cookie()!;
    expect((await visitor(before).send({ path: "/", headers: [["Cookie", renewed]] })).status).toBe(200);
  });
});

test.each([
  { kind: "stored", env: { SESSION_SECRET: undefined }, value: /^__Host-session=[\w-]{43};/ },
  { kind: "sealed", env: SEALED, value: /^__Host-session=s1\./ },
])(
  "a $kind session has a cookie in production that no other host and no plain connection gets",
  async ({ env, value }) => {
    const app = await start({ env: { ...env, NODE_ENV: "production" } });
    const answer = await visitor(app).login("headmaster");
    const [session, device, ...others] = answer.cookies;
    expect(others).toEqual([]);
    expect(session).toMatch(value);
    expect(session).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(device).toMatch(
      /^__Host-session-device=[^;]+; Max-Age=345\d{5}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  },
);

describe("HOGWARTS_PASSWORD", () => {
  test("left out, is made up at the first start and printed once", async () => {
    const first = runSetup(folder, { SESSION_SECRET: SECRET });
    const password = GENERATED.exec(first.output)?.[1];
    expect(first.output).toMatch(GENERATED);
    for (const username of USERNAMES) expect(first.output).toContain(username);

    const second = runSetup(folder, { SESSION_SECRET: SECRET });
    expect(second.code).toBe(0);
    expect(second.output).not.toContain(password);
    expect(second.output).not.toMatch(GENERATED);

    const database = join(folder, ".data", "hogwarts.db");
    const app = await start({ env: { DATABASE_URL: `file:${database}`, HOGWARTS_PASSWORD: undefined } });
    for (const username of USERNAMES) await loggedIn(app, username, password);
    expect(app.log()).not.toContain(password);
  });

  test("is that of all accounts, is not printed, and a changed one replaces it at the next start", async () => {
    const database = join(folder, "hogwarts.db");
    const env = { DATABASE_URL: `file:${database}` };
    const app = await start({ env });
    for (const username of USERNAMES) await loggedIn(app, username);
    expect(app.log()).not.toContain(PASSWORD);

    const changed = "another password for everybody";
    expect(runSetup(folder, { ...env, SESSION_SECRET: SECRET, HOGWARTS_PASSWORD: changed }).code).toBe(0);
    for (const username of USERNAMES) {
      await loggedIn(app, username, changed);
      expect((await visitor(app).login(username, PASSWORD)).cookies).toEqual([]);
    }
  });
});

test("first starts at the same moment agree on one secret, one password and one set of tables", async () => {
  const run = promisify(execFile);
  const script = join(appFolder, "scripts", "setup.ts");
  const starts = await Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      // Two of them have no need of the tables of stored sessions.
      run(node24(), [script], { cwd: folder, env: { ...cleanEnvironment(), ...(n < 2 && SEALED) } }),
    ),
  );
  const passwords = starts.flatMap(({ stdout }) => GENERATED.exec(stdout)?.[1] ?? []);
  expect(passwords).toHaveLength(1);

  const count = withDatabase(join(folder, ".data", "hogwarts.db"), (database) =>
    ["users", "houses", "students"].map(
      (table) => (database.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n,
    ),
  );
  expect(count).toEqual([4, 4, 41]);

  const env = {
    DATABASE_URL: `file:${join(folder, ".data", "hogwarts.db")}`,
    SESSION_SECRET: readFileSync(join(folder, ".data", "session-secret"), "utf8"),
    HOGWARTS_PASSWORD: undefined,
  };
  await loggedIn(await start({ env }), "headmaster", passwords[0]);
});

test("a database of an earlier version gets marks, addresses and what else is new, and keeps what was there", async () => {
  const database = join(folder, "hogwarts.db");
  const env = { DATABASE_URL: `file:${database}`, SESSION_SECRET: SECRET };
  expect(runSetup(folder, { ...env, HOGWARTS_PASSWORD: PASSWORD }).code).toBe(0);
  withDatabase(database, (db) =>
    db.exec(`
      drop index users_email;
      alter table users drop column email;
      alter table users drop column password_changed_at;
      alter table users drop column disabled_at;
      alter table students drop column mark;
      drop table auth_events;
      delete from kysely_migration where name > '0001-register';
      update users set name = 'Ginevra Weasley' where id = 1;
      insert into users select 77, 'argus-filch', 'Argus Filch', 'student', null, password_hash from users where id = 1;
      delete from students where id = 1;
    `),
  );

  const app = await start({ env: { ...env, HOGWARTS_PASSWORD: undefined } });
  const ginny = await loggedIn(app, "ginny.weasley@hogwarts.example");
  expect((await ginny.send({ path: "/" })).body).toContain("Ginevra Weasley");
  const students = JSON.parse(
    (await (await loggedIn(app, "headmaster")).send({ path: "/api/gryffindor/admin" })).body,
  ) as { mark: string }[];
  expect(students.map(({ mark }) => mark).join("")).toMatch(/^[OEAPDT]{13}$/);
  // Who belongs to no house has no register to see.
  const filch = await loggedIn(app, "argus-filch");
  expect((await filch.send({ path: "/houses/gryffindor" })).status).toBe(403);
});

test("a server that died keeps its sessions and its logouts when it is back, and knows who stole a cookie", async () => {
  const app = await start();
  const stays = await loggedIn(app, "student-gryffindor");
  const leaves = await loggedIn(app, "student-slytherin");
  const stolen = leaves.cookie()!;
  await leaves.logout();
  expect(leaves.cookie()).toBeUndefined();

  await app.crashAndRestart();

  expect((await stays.send({ path: "/" })).body).toContain("student-gryffindor");
  expect((await leaves.send({ path: "/" })).status).toBe(302);
  expect((await visitor(app).send({ path: "/", headers: [["Cookie", stolen]] })).status).toBe(302);
  await loggedIn(app, "headmaster");
});

test.each([
  { what: "secret", one: SEALED, another: { ...SEALED, SESSION_SECRET: `${SECRET}, but another` } },
  { what: "database", one: {}, another: {} },
])("a session of one $what is nobody's under another", async ({ one: first, another }) => {
  const [one, other] = [await start({ env: first }), await start({ env: another })];
  const cookie = (await loggedIn(one, "headmaster")).cookie()!;
  const answer = await visitor(other).send({ path: "/", headers: [["Cookie", cookie]] });
  expect(answer.status).toBe(302);
  expect(answer.cookies).toEqual([]);
});

describe("the API", () => {
  test("answers 401, 404 and the students of a house, with exactly their five fields", async () => {
    const app = await start();
    const anonymous = await visitor(app).send({ path: "/api/gryffindor/admin" });
    expect(anonymous.status).toBe(401);
    expect(anonymous.header("content-type")).toMatch(/^application\/json/);
    // A house that does not exist is told to nobody who is not logged in.
    expect((await visitor(app).send({ path: "/api/durmstrang/admin" })).status).toBe(401);

    const who = await loggedIn(app, "headmaster");
    const missing = await who.send({ path: "/api/durmstrang/admin" });
    expect(missing.status).toBe(404);
    expect(missing.header("content-type")).toMatch(/^application\/json/);

    for (const house of ["gryffindor", "hufflepuff", "ravenclaw", "slytherin"]) {
      const answer = await who.send({ path: `/api/${house}/admin` });
      expect(answer.status).toBe(200);
      const students = JSON.parse(answer.body) as Record<string, unknown>[];
      expect(students.length).toBeGreaterThanOrEqual(8);
      for (const student of students) {
        expect(Object.keys(student).toSorted()).toEqual(["house", "id", "mark", "name", "year"]);
        expect(student).toEqual({
          id: expect.any(Number),
          name: expect.any(String),
          house,
          year: expect.any(Number),
          mark: expect.stringMatching(/^[OEAPDT]$/),
        });
      }
    }
  });

  test("knows nobody whose account is gone", async () => {
    const app = await start();
    const who = await loggedIn(app, "student-slytherin");
    withDatabase(app.database, (database) =>
      database.exec("delete from users where username = 'student-slytherin'"),
    );
    expect((await who.send({ path: "/api/slytherin/admin" })).status).toBe(401);
    expect((await who.send({ path: "/" })).status).toBe(302);
  });
});

test("a database that cannot be opened ends the setup with an error that repeats no password", () => {
  mkdirSync(join(folder, "a-folder"));
  const unusable = [
    `file:${join(folder, "a-folder")}`,
    "mysql://me:hunter2@127.0.0.1/x",
    "postgres://me:hunter2@127.0.0.1:1/x",
    "postgres://me:hunter2@[/x",
  ];
  for (const url of unusable) {
    const ended = runSetup(folder, { DATABASE_URL: url, SESSION_SECRET: SECRET });
    expect(ended.code).toBe(1);
    expect(ended.output).not.toContain("hunter2");
    expect(ended.output.trim().split("\n").length).toBeLessThanOrEqual(2);
  }
});

test.each(["redis://:hunter2@[/0", "memcached://me:hunter2@127.0.0.1", "Cookie"])(
  "a SESSION_STORE such as %j ends setup and server with an error that does not repeat it",
  async (store) => {
    const env = { DATABASE_URL: `file:${join(folder, "hogwarts.db")}`, SESSION_STORE: store };
    const ended = runSetup(folder, env);
    const refused = await refusedServer(folder, env, ["/", "/healthz"]);
    expect(ended.code).toBe(1);
    expect(refused.code).not.toBe(0);
    expect(refused.statuses).toEqual(refused.statuses.map(() => 500));
    expect(ended.output).toMatch(/SESSION_STORE|redis/);
    expect(ended.output + refused.output).not.toMatch(/hunter2|Cookie/);
  },
);
