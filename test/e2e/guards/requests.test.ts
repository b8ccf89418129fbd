import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Header } from "../support/http.ts";
import type { Server } from "../support/server.ts";
import { control, notesOf, PASSWORD, reset, startGuards, Visitor, type Notes } from "./support/app.ts";

const STALE = 301_000;

let app: Server;
let urls: Notes["urls"];

beforeAll(async () => {
  app = await startGuards();
  ({ urls } = await notesOf(app));
});
afterAll(() => app?.stop());
beforeEach(() => reset(app));

/** What Solid's client adds that wants the data of the page along with the answer. */
const flight = (page: string): Header[] => [
  ["X-Single-Flight", "true"],
  ["Referer", app.origin + page],
];

async function loadsDuring(work: () => Promise<unknown>): Promise<number> {
  await control(app, { loads: 0 });
  await work();
  return (await notesOf(app)).loads;
}

describe("the user is loaded", () => {
  test("once a request, however many ask: a page, a server function, an API route, middleware before them", async () => {
    const albus = await new Visitor(app).logIn("albus");
    const requests: Record<string, () => Promise<unknown>> = {
      page: () => albus.open("/members/all"),
      "page behind middleware": () => albus.open("/private/staff"),
      "server function": () => albus.call(urls["all"]!),
      "API route": () => albus.send({ path: "/api/asks/function" }),
      "an action and the page's data": () => albus.call(urls["demote"]!, {}, flight("/members")),
    };
    const loads: Record<string, number> = {};
    for (const [name, request] of Object.entries(requests)) loads[name] = await loadsDuring(request);
    expect(loads).toEqual(Object.fromEntries(Object.keys(requests).map((name) => [name, 1])));
  });

  test("and is one and the same for all of them", async () => {
    const answer = await (await new Visitor(app).logIn("albus")).open("/members/all");
    expect(answer.body).toContain('{"same":true,"may":[true,true]}');
  });

  test("once as well when it was asked for before protect()", async () => {
    const other = await startGuards("last");
    onTestFinished(() => other.stop());
    const albus = await new Visitor(other).logIn("albus");
    await control(other, { loads: 0 });
    expect((await albus.open("/members/all")).status).toBe(200);
    expect((await notesOf(other)).loads).toBe(1);
  });

  test("not at all for nobody", async () => {
    expect(await loadsDuring(() => new Visitor(app).open("/members/all"))).toBe(0);
  });
});

test("a role that was taken away is gone at the next request", async () => {
  const albus = await new Visitor(app).logIn("albus");
  expect((await albus.open("/members/staff")).status).toBe(200);
  await control(app, { roles: { albus: "student" } });
  expect((await albus.open("/members/staff")).status).toBe(403);
  expect((await albus.call(urls["staff"]!)).status).toBe(403);
  expect((await albus.send({ path: "/api/asks/authorize" })).status).toBe(403);
  expect((await albus.open("/private/staff")).status).toBe(403);
  await control(app, { roles: { albus: "headmaster" } });
  expect((await albus.open("/members/staff")).status).toBe(200);
});

test("a role that an action takes away is gone afterwards", async () => {
  const albus = await new Visitor(app).logIn("albus");
  expect((await albus.call(urls["demote"]!)).status).toBe(200);
  expect((await albus.call(urls["demote"]!)).status).toBe(403);
});

describe("after a change of the password, by validSince,", () => {
  test("a session is nobody's, everywhere", async () => {
    const harry = await new Visitor(app).logIn("harry");
    await control(app, { changed: { harry: Date.now() + 60_000 } });
    expect((await harry.open("/members/deferred")).header("location")).toBe(
      "/login?next=%2Fmembers%2Fdeferred",
    );
    expect((await harry.call(urls["member"]!)).header("location")).toBe("/login");
    expect((await harry.send({ path: "/api/me" })).status).toBe(401);
    expect((await harry.send({ path: "/api/asks/getUser" })).body).toBe("false");
  });

  test("a login makes it somebody's again within the request, and for the page's data along with it", async () => {
    const harry = await new Visitor(app).logIn("harry");
    await control(app, { ahead: 1000, changed: { harry: Date.now() + 500 } });
    const fields = { username: "harry", password: PASSWORD };
    const answer = await harry.call(urls["logInAsked"]!, fields, flight("/login"));
    expect((await notesOf(app)).done).toEqual(["nobody, then harry"]);
    expect(answer.header("x-single-flight")).toBe("true");
    expect(answer.body).toContain("harry");
    expect(answer.body).not.toContain("/login");
  });
});

describe("an action that sends the page's data along", () => {
  test.each(["leave", "logOut"])("sends a redirect to the login along when it logs out: %s", async (name) => {
    const harry = await new Visitor(app).logIn("harry");
    const answer = await harry.call(urls[name]!, {}, flight("/members"));
    expect([answer.status, answer.header("x-single-flight")]).toEqual([200, "true"]);
    // The query's own answer, for Solid's client to follow. What a program would get could not be followed.
    expect(answer.body).toContain("/login");
    expect(answer.body).not.toContain("unauthenticated");
    expect(answer.body).not.toContain("harry");
  });

  test("does not take the Referer for the page to come back to", async () => {
    const harry = await new Visitor(app).logIn("harry");
    const headers: Header[] = [
      ["X-Single-Flight", "true"],
      ["Referer", "https://evil.example/canary"],
    ];
    const answer = await harry.call(urls["leave"]!, {}, headers);
    expect(answer.body + JSON.stringify(answer.headers)).not.toContain("canary");
  });
});

describe("a form whose handling wants a fresh password, without JavaScript,", () => {
  const reason = `Left: "the school" <b>&</b> Zoë 🦉`;

  test("is interrupted, and is there again after the password was typed", async () => {
    const harry = await new Visitor(app).logIn("harry");
    await control(app, { ahead: STALE });
    const interrupted = await harry.submit("/sudo", "act", { reason, secret: "a canary" });
    expect([interrupted.status, interrupted.header("location")]).toEqual([302, "/confirm?next=%2Fsudo"]);
    expect(JSON.stringify(interrupted.headers)).not.toMatch(/canary|Left/);
    expect((await notesOf(app)).done).toEqual([]);

    const wrong = await harry.submit("/confirm?next=%2Fsudo", "confirm", {
      password: "wrong",
      next: "/sudo",
    });
    expect(wrong.header("location")).toBe("/confirm?error=1");
    const right = await harry.submit("/confirm?next=%2Fsudo", "confirm", {
      password: PASSWORD,
      next: "/sudo",
    });
    expect(right.header("location")).toBe("/sudo");

    const page = await harry.open("/sudo");
    const value = /name="reason" value="([^"]*)"/.exec(page.body)?.[1];
    expect(value).toBe(reason.replaceAll("&", "&amp;").replaceAll('"', "&quot;"));
    expect(page.body).not.toContain("canary");
    expect((await harry.open("/sudo")).body).not.toContain("Left");

    await harry.submit("/sudo", "act", { reason, secret: "" });
    expect((await notesOf(app)).done).toEqual([`harry: ${reason}`]);
  });

  test("is not there for whoever logs in on the same browser", async () => {
    const visitor = await new Visitor(app).logIn("harry");
    await control(app, { ahead: STALE });
    await visitor.submit("/sudo", "act", { reason: "a canary", secret: "" });
    await visitor.logIn("albus");
    expect((await visitor.open("/sudo")).body).not.toContain("canary");
  });
});
