import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Header, Received } from "../support/http.ts";
import type { Server } from "../support/server.ts";
import { control, notesOf, PAGE, reset, startGuards, Visitor, type Notes } from "./support/app.ts";

const STALE = 301_000;
const PROGRAM: readonly Header[] = [["Accept", "*/*"]];

let app: Server;
let urls: Notes["urls"];
let nobody: Visitor;
let harry: Visitor;
let albus: Visitor;

beforeAll(async () => {
  app = await startGuards();
  ({ urls } = await notesOf(app));
  await reset(app);
  nobody = new Visitor(app);
  harry = await new Visitor(app).logIn("harry");
  albus = await new Visitor(app).logIn("albus");
});
afterAll(() => app?.stop());
beforeEach(() => reset(app));

/** The text that a page shows, and `undefined` when it shows none of what is guarded. */
const answerIn = ({ body }: Received) =>
  /id="answer"[^>]*>([^<]+)/.exec(body)?.[1]?.replaceAll("&quot;", '"') || undefined;

const seen = (answer: Received) => ({
  status: answer.status,
  location: answer.header("location"),
  answer: answerIn(answer),
});

const loginFrom = (path: string) => ({
  status: 302,
  location: `/login?next=${encodeURIComponent(path)}`,
  answer: undefined,
});
const confirmFrom = (path: string) => ({
  status: 302,
  location: `/confirm?next=${encodeURIComponent(path)}`,
  answer: undefined,
});
const failed = (status: number) => ({ status, location: undefined, answer: undefined });

describe("a page", () => {
  const queries = ["deferred", "streamed", "named", "fresh", "staff", "gryffindor"];

  test.each(queries)("sends somebody who is not logged in to the login and back: %s", async (query) => {
    const path = `/members/${query}`;
    expect(seen(await nobody.open(path))).toEqual(loginFrom(path));
    expect((await nobody.open(path)).cookies).toEqual([]);
  });

  test("knows the address to come back to, with its query", async () => {
    const path = "/members/deferred?a=b&c=%2F%2Fd";
    expect(seen(await nobody.open(path))).toEqual(loginFrom(path));
  });

  test("is not told by the Referer where to come back to", async () => {
    const headers: Header[] = [...PAGE, ["Referer", `${app.origin}/elsewhere`]];
    const answer = await nobody.send({ path: "/members/deferred", headers });
    expect(seen(answer)).toEqual(loginFrom("/members/deferred"));
  });

  test("sends a program to the login as well, as it renders the page for it", async () => {
    const answer = await nobody.send({ path: "/members/deferred", headers: PROGRAM });
    expect(seen(answer)).toEqual(loginFrom("/members/deferred"));
    expect(answer.header("content-type")).toMatch(/^text\/html/);
  });

  test("sends somebody whose password is not fresh to where it is typed", async () => {
    await control(app, { ahead: STALE });
    expect(seen(await harry.open("/members/fresh"))).toEqual(confirmFrom("/members/fresh"));
    expect(seen(await harry.open("/members/deferred"))).toMatchObject({ status: 200 });
  });

  test("is an error with the status 403 for a user who may not", async () => {
    for (const query of ["staff", "slytherin"]) {
      const answer = await harry.open(`/members/${query}`);
      expect(seen(answer)).toEqual(failed(403));
      expect(answer.body).toContain('id="failed"');
      expect(answer.body).not.toMatch(/may not do that|ERR_SESSION/);
    }
  });

  test("shows what it has to a user who may", async () => {
    expect(seen(await albus.open("/members/staff"))).toMatchObject({
      status: 200,
      answer: '"the staff, for albus"',
    });
    expect(seen(await harry.open("/members/gryffindor"))).toMatchObject({ status: 200 });
    expect(seen(await harry.open("/members/streamed"))).toMatchObject({ status: 200 });
  });

  test("is an error with the status 503 while the store is down", async () => {
    await control(app, { down: true });
    for (const query of queries) {
      const answer = await albus.open(`/members/${query}`);
      expect(seen(answer)).toEqual(failed(503));
      expect(answer.header("retry-after")).toBe("2");
      expect(answer.body).not.toContain("ECONNREFUSED");
    }
  });
});

describe("a server function, called by the browser", () => {
  /** What Solid's client is told: where to go, or that there was an error. */
  const told = (answer: Received) => ({
    status: answer.status,
    location: answer.header("location"),
    error: answer.header("x-error"),
  });

  test("leads somebody who is not logged in to the login", async () => {
    for (const name of ["member", "staff", "fresh", "all", "demote", "act"])
      expect(told(await nobody.call(urls[name]!))).toEqual({
        status: 200,
        location: name === "act" ? "/login?next=%2Fsudo" : "/login",
        error: "true",
      });
    expect((await notesOf(app)).done).toEqual([]);
  });

  test("leads somebody whose password is not fresh to where it is typed", async () => {
    await control(app, { ahead: STALE });
    expect(told(await harry.call(urls["fresh"]!))).toMatchObject({ status: 200, location: "/confirm" });
    expect(told(await harry.call(urls["act"]!, { reason: "why" }))).toMatchObject({
      status: 200,
      location: "/confirm?next=%2Fsudo",
    });
    expect((await notesOf(app)).done).toEqual([]);
  });

  test("is an error with the status 403 for a user who may not, and does nothing", async () => {
    for (const name of ["staff", "demote"]) {
      const answer = await harry.call(urls[name]!);
      expect(told(answer)).toEqual({ status: 403, location: undefined, error: "true" });
      expect(answer.body).toContain("Something went wrong.");
    }
    expect((await notesOf(app)).done).toEqual([]);
  });

  test("answers a user who may", async () => {
    expect((await albus.call(urls["staff"]!)).body).toContain("the staff, for albus");
    expect((await harry.call(urls["member"]!)).body).toContain("harry");
  });

  test("is an error with the status 503 while the store is down", async () => {
    await control(app, { down: true });
    for (const name of ["member", "staff", "fresh", "keptForm", "act"]) {
      const answer = await albus.call(urls[name]!);
      expect(told(answer)).toEqual({ status: 503, location: undefined, error: "true" });
      expect(answer.header("retry-after")).toBe("2");
      expect(answer.body).not.toContain("ECONNREFUSED");
    }
  });
});

describe("an action without JavaScript", () => {
  test("leads somebody who is not logged in to the login", async () => {
    const answer = await nobody.submit("/sudo", "act", { reason: "why", secret: "canary" });
    expect(answer.status).toBe(302);
    expect(answer.header("location")).toBe("/login?next=%2Fsudo");
    expect(answer.cookies).toEqual([]);
  });

  test("leads back to its page, and does nothing, for a user who may not", async () => {
    const answer = await harry.submit("/members", "demote", {});
    expect([answer.status, answer.header("location")]).toEqual([302, "/members"]);
    expect((await notesOf(app)).done).toEqual([]);
  });

  test("does what it does for a user who may", async () => {
    await albus.submit("/members", "demote", {});
    expect((await notesOf(app)).done).toEqual(["albus is no headmaster any more"]);
  });
});

describe("an API route", () => {
  const asks = ["requireUser", "requireFresh", "authorize", "house", "function"];
  const ask = (who: Visitor, what: string, headers: readonly Header[] = PROGRAM) =>
    who.send({ path: `/api/asks/${what}`, headers });
  const json = (answer: Received) => [
    answer.status,
    answer.body,
    answer.header("content-type")?.startsWith("application/json"),
  ];

  test.each(asks)("tells somebody who is not logged in 401 in JSON: %s", async (what) => {
    // Also in a browser's window: it is no page.
    for (const headers of [PROGRAM, PAGE]) {
      const answer = await ask(nobody, what, headers);
      expect(json(answer)).toEqual([401, '{"error":"unauthenticated"}', true]);
      expect(answer.header("cache-control")).toBe("private, no-store");
      expect(answer.header("location")).toBeUndefined();
    }
  });

  test("tells somebody whose password is not fresh 401 in JSON", async () => {
    await control(app, { ahead: STALE });
    expect(json(await ask(harry, "requireFresh"))).toEqual([401, '{"error":"confirmation-required"}', true]);
  });

  test.each(["authorize", "house", "function"])("tells a user who may not 403 in JSON: %s", async (what) => {
    expect(json(await ask(harry, what))).toEqual([403, '{"error":"forbidden"}', true]);
  });

  test.each([...asks, "useSession", "getUser", "can", "takeForm"])(
    "says 503 in JSON while the store is down: %s",
    async (what) => {
      await control(app, { down: true });
      for (const headers of [PROGRAM, PAGE]) {
        const answer = await ask(albus, what, headers);
        expect(json(answer)).toEqual([503, '{"error":"unavailable"}', true]);
        expect(answer.header("retry-after")).toBe("2");
        expect(answer.cookies).toEqual([]);
      }
    },
  );

  test("answers who may, and asks without a requirement", async () => {
    const bodies = async (who: Visitor) =>
      Promise.all(
        ["requireUser", "authorize", "can", "getUser"].map(async (what) => (await ask(who, what)).body),
      );
    expect(await bodies(albus)).toEqual(["true", "true", "true", "true"]);
    expect(await bodies(harry)).toEqual(["true", '{"error":"forbidden"}', "false", "true"]);
    const error = '{"error":"unauthenticated"}';
    expect(await bodies(nobody)).toEqual([error, error, "false", "false"]);
  });

  test("made by withUser says the same, and calls its handler for users only", async () => {
    const get = (who: Visitor) => who.send({ path: "/api/me", headers: PROGRAM });
    expect(json(await get(nobody))).toEqual([401, '{"error":"unauthenticated"}', true]);
    expect(json(await get(harry))).toEqual([200, '{"username":"harry"}', true]);
    await control(app, { down: true });
    expect(json(await get(harry))).toEqual([503, '{"error":"unavailable"}', true]);
  });
});

describe("middleware before whatever is asked for", () => {
  const requests = (path: string) => [
    { path, headers: PAGE },
    { path, headers: PROGRAM },
  ];

  test.each(["/private/page", "/private/data"])("sends a browser to the login: %s", async (path) => {
    const [browser, program] = await Promise.all(requests(path).map((request) => nobody.send(request)));
    expect(seen(browser!)).toEqual(loginFrom(path));
    expect([program!.status, program!.body]).toEqual([401, '{"error":"unauthenticated"}']);
  });

  test("sends a browser that sends a form to the login, but not back to the form's address", async () => {
    const headers: Header[] = [...PAGE.slice(1), ["Sec-Fetch-Site", "same-origin"], ["Origin", app.origin]];
    const answer = await nobody.send({ method: "POST", path: "/private/data", headers, body: "" });
    expect([answer.status, answer.header("location")]).toEqual([302, "/login"]);
  });

  test("sends somebody whose password is not fresh to where it is typed", async () => {
    await control(app, { ahead: STALE });
    const path = "/private/fresh";
    const [browser, program] = await Promise.all(requests(path).map((request) => harry.send(request)));
    expect(seen(browser!)).toEqual(confirmFrom(path));
    expect([program!.status, program!.body]).toEqual([401, '{"error":"confirmation-required"}']);
  });

  test("tells a user who may not: in words, or in JSON", async () => {
    const [browser, program] = await Promise.all(
      requests("/private/staff").map((request) => harry.send(request)),
    );
    expect([browser!.status, browser!.body]).toEqual([403, "You may not do that.\n"]);
    expect([program!.status, program!.body]).toEqual([403, '{"error":"forbidden"}']);
  });

  test("says 503 while the store is down: in words, or in JSON", async () => {
    await control(app, { down: true });
    const [browser, program] = await Promise.all(
      requests("/private/a").map((request) => albus.send(request)),
    );
    expect([browser!.status, browser!.body]).toEqual([
      503,
      "The server cannot answer at the moment. Please try again in a few seconds.\n",
    ]);
    expect([program!.status, program!.body]).toEqual([503, '{"error":"unavailable"}']);
    for (const answer of [browser!, program!]) expect(answer.header("retry-after")).toBe("2");
  });

  test("lets a user pass to the page and to the API route", async () => {
    expect(answerIn(await harry.open("/private/page"))).toBe("a secret");
    expect(answerIn(await albus.open("/private/staff"))).toBe("a secret");
    expect((await harry.send({ path: "/private/data", headers: PROGRAM })).body).toBe('"a secret"');
  });

  test("sets the security headers on what it refuses", async () => {
    const answers = [
      await nobody.open("/private/page"),
      await harry.open("/private/staff"),
      await nobody.send({ path: "/private/data", headers: PROGRAM }),
      await nobody.send({ path: "/api/asks/requireUser", headers: PROGRAM }),
    ];
    for (const answer of answers) {
      expect(answer.header("content-security-policy")).toContain("object-src 'none'");
      expect(answer.header("x-content-type-options")).toBe("nosniff");
      expect(answer.header("cache-control")).toContain("no-store");
    }
  });
});
