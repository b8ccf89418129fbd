import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app as appFolder } from "../../../scripts/lib/paths.mjs";
import { breakTables } from "./support/database.ts";
import { form, formAction, formHeaders, send, type Sent } from "../support/http.ts";
import { inParallel } from "./support/in-parallel.ts";
import { faultsOf, nonceOf } from "./support/security.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

const HOUSES = ["gryffindor", "hufflepuff", "ravenclaw", "slytherin"];

let app: Hogwarts;
let login: string;

beforeAll(async () => {
  app = await startHogwarts();
  login = formAction((await visitor(app).send({ path: "/login" })).body, "password");
});

afterAll(() => app?.stop());

/** Files that the build made, as paths of the site. */
function files(): string[] {
  const folder = join(appFolder, ".output", "public");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/"));
}

const pages = (): Sent[] =>
  [
    "/",
    "/?next=%2F",
    "/login",
    "/login?next=%2Fhouses%2Fslytherin",
    "/login?error=invalid&username=student-gryffindor",
    "/login?error=%3Cscript%3E&username=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&next=%22%3E%3Cscript%3E",
    "/login?error=__proto__",
    ...HOUSES.map((house) => `/houses/${house}`),
    "/houses/durmstrang",
    "/houses/%27%20or%201%3D1",
    "/houses/..%2f..%2fetc%2fpasswd",
    "/nowhere",
    "/nowhere/at/all?x=1",
    `/${"long".repeat(1000)}`,
    "/healthz",
    ...HOUSES.map((house) => `/api/${house}/admin`),
    "/account/sessions",
    "/account/sessions?done=one",
    "/account",
    "/account?error=__proto__&after=-1",
    "/confirm",
    "/confirm?next=%2F%2Fevil.example&error=%3Cscript%3E",
    "/staff",
    "/staff?done=__proto__",
    "/api/session/events",
    "/api/durmstrang/admin",
    "/api",
    "/.env",
    "/.data/session-secret",
    "/_server",
    "/_server?id=nothing",
    "/_server?id=__proto__",
    "/_serverside",
  ].flatMap((path) => ["GET", "HEAD", "OPTIONS"].map((method) => ({ method, path })));

const calls = (): Sent[] => {
  const own = formHeaders(app.origin);
  const id = new URL(login, app.origin).searchParams.get("id")!;
  const script = [["X-Server-Id", id], ["X-Server-Instance", "server-fn:0"], ...own] as const;
  const bodies = [
    {},
    { username: "student-gryffindor" },
    { username: "student-gryffindor", password: "wrong" },
    { username: "nobody", password: "wrong" },
    { username: "' or 1=1 --", password: "' or 1=1 --" },
    { username: "x".repeat(100_000), password: "wrong" },
    { username: "student-gryffindor", password: "x".repeat(100_000), next: "//evil.example" },
  ];
  return [
    ...bodies.flatMap((fields) => [
      { method: "POST", path: login, headers: own, body: form(fields) },
      { method: "POST", path: "/_server", headers: script, body: form(fields) },
    ]),
    { method: "POST", path: "/_server", headers: own, body: "" },
    { method: "POST", path: "/_server?id=nothing", headers: own, body: "a=b" },
    { method: "POST", path: "/_server?id=nothing", headers: script, body: "a=b" },
    {
      method: "POST",
      path: login,
      headers: [...own.slice(1), ["Content-Type", "application/json"]],
      body: "{",
    },
    { method: "POST", path: `${login}&args=%5B`, headers: own, body: "a=b" },
    { path: `${login}&args=%5B`, headers: script },
    { path: "/_server?id=nothing&args=;0x00000001;", headers: script },
    { method: "POST", path: login, headers: [["Origin", "https://evil.example"]], body: form(bodies[2]!) },
    ...["/", "/healthz", "/api/slytherin/admin", "/login", "/_server"].flatMap((path) =>
      ["POST", "PUT", "PATCH", "DELETE", "PURGE", "PROPFIND"].map((method) => ({
        method,
        path,
        headers: own,
        body: "a=b",
      })),
    ),
  ];
};

const hostile = (): Sent[] => {
  const token = `s1.AAAAAAAA.20000.${"A".repeat(200)}`;
  const headers: [string, string][] = [
    ...["garbage", token, `${token}=`, "%00", '"quoted"', "s1...", "x".repeat(6000), "é", ""].map(
      (value): [string, string] => ["Cookie", `session=${value}`],
    ),
    ["Cookie", `session=${token}; session=${token}`],
    [
      "Cookie",
      `session=a; __Host-session=b; flash=${encodeURIComponent('{"url":"/login","result":"x","error":true,"input":[]}')}`,
    ],
    ["Cookie", "flash=%7B"],
    ["Cookie", "=; ;;; =x; session"],
    ["Cookie", "__proto__=x; constructor=y"],
    ["X-Forwarded-Host", "evil.example"],
    ["X-Forwarded-Proto", "https"],
    ["X-Forwarded-For", "'; drop table users; --"],
    ["Referer", "https://evil.example/<script>"],
    ["Origin", "null"],
    ["Host", "evil.example"],
    ["Host", "localhost:1"],
    ["Accept", "application/json"],
    ["Accept-Language", "x".repeat(2000)],
    ["X-Single-Flight", "true"],
    ["X-Server-Id", "__proto__"],
    ["X-Server-Instance", "server-fn:0"],
  ];
  return ["/", "/login", "/houses/slytherin", "/api/slytherin/admin", "/nowhere", "/_server"].flatMap(
    (path) => headers.map((header) => ({ path, headers: [header] })),
  );
};

async function crawl(requests: readonly Sent[], options = {}) {
  const answers = await inParallel(requests, 8, async (sent) => ({
    sent,
    answer: await send(app.port, sent),
  }));
  const faults = answers.flatMap(({ sent, answer }) =>
    faultsOf(answer, options).map(
      (fault) =>
        `${sent.method ?? "GET"} ${sent.path.slice(0, 60)} ${JSON.stringify(sent.headers ?? []).slice(0, 80)} -> ${answer.status}: ${fault}`,
    ),
  );
  return { answers: answers.map(({ answer }) => answer), faults };
}

describe("an anonymous visitor", () => {
  test("gets no cookie, every security header and nothing of the server's insides, whatever is asked", async ({
    task,
  }) => {
    const requests = [...pages(), ...calls(), ...hostile()];
    const { answers, faults } = await crawl(requests);
    expect(faults).toEqual([]);

    const nonces = answers.map(nonceOf);
    expect(new Set(nonces).size).toBe(answers.length);
    const statuses = new Set(answers.map(({ status }) => status));
    for (const status of [200, 302, 401, 403, 404, 405]) expect(statuses).toContain(status);
    task.meta.note = `${answers.length} anonymous requests (statuses ${[...statuses].toSorted((a, b) => a - b).join(", ")}): 0 cookies`;
  });

  test("gets the built files with their headers, also when they have not changed", async () => {
    const paths = files();
    expect(paths.length).toBeGreaterThan(8);
    const loaded = await crawl(
      paths.map((path) => ({ path })),
      { isFile: true },
    );
    expect(loaded.faults).toEqual([]);
    expect(loaded.answers.map(({ status }) => status)).toEqual(paths.map(() => 200));

    const again = paths.map((path, index) => ({
      path,
      headers: [["If-None-Match", loaded.answers[index]!.header("etag") ?? "none"]] as const,
    }));
    const unchanged = await crawl(again, { isFile: true });
    expect(unchanged.faults).toEqual([]);
    expect(unchanged.answers.map(({ status }) => status)).toEqual(paths.map(() => 304));
  });

  test("gets the headers of a file where there is none", async () => {
    const paths = ["/_build/nothing.js", "/_build/assets/", "/_build/..%2f..%2fserver%2findex.mjs"];
    const { answers, faults } = await crawl(
      paths.map((path) => ({ path })),
      { isFile: true },
    );
    expect(faults).toEqual([]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  test("hears nothing but a 400 where the path cannot be decoded", async () => {
    const answer = await send(app.port, { path: "/houses/%E0%A4%A" });
    expect(answer.status).toBe(400);
    expect(answer.cookies).toEqual([]);
    // Answered by the framework before any middleware runs; nothing but its own JSON may be in it.
    expect(JSON.parse(answer.body)).toEqual({ error: true, status: 400, message: "Bad Request" });
  });

  test("is asked to log in and shown nothing", async () => {
    const { answers } = await crawl([
      { path: "/" },
      { path: "/houses/slytherin?year=3" },
      { path: "/api/slytherin/admin" },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([302, 302, 401]);
    expect(answers[0]!.header("location")).toBe("/login?next=%2F");
    expect(answers[1]!.header("location")).toMatch(/^\/login\?next=%2Fhouses%2Fslytherin/);
    expect(JSON.parse(answers[2]!.body)).toEqual({ error: "unauthenticated" });
    for (const { body } of answers) expect(body).not.toContain("Draco");
  });
});

describe("a failing server", () => {
  test("says that something went wrong, in all its forms, and no more", async () => {
    const cookie = (await loggedIn(app, "student-gryffindor")).cookie()!;
    const mend = breakTables(app.database, ["students", "houses", "users"]);
    const withSession = ["/", "/houses/slytherin", "/api/slytherin/admin", "/login"].flatMap((path) =>
      ["GET", "HEAD"].map((method) => ({ method, path, headers: [["Cookie", cookie]] as const })),
    );
    const { answers, faults } = await crawl([...withSession, ...calls(), ...pages()]);
    mend();
    expect(faults).toEqual([]);
    expect(answers.slice(0, 2).map(({ status }) => status)).toEqual([500, 500]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(503);
    expect(new Set(answers.map(nonceOf)).size).toBe(answers.length);
    // The log has what the visitors do not get.
    expect(app.log()).toContain("no such table");
  });
});

test("what only one visitor may see is kept by no cache", async () => {
  const who = await loggedIn(app, "student-slytherin");
  const paths = [
    "/",
    "/houses/slytherin",
    "/houses/gryffindor",
    "/account",
    "/account/sessions",
    "/confirm",
    "/staff",
    "/api/slytherin/admin",
    "/login",
    "/nowhere",
  ];
  for (const path of paths) {
    const answer = await who.send({ path });
    expect({ path, caching: answer.header("cache-control"), faults: faultsOf(answer) }).toEqual({
      path,
      caching: "private, no-store",
      faults: [],
    });
    expect(answer.header("vary")).toMatch(/\bcookie\b/i);
  }
});
