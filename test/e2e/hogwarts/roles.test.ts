import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { formHeaders, type Received } from "../support/http.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { withDatabase } from "./support/database.ts";
import { newDevice } from "./support/device.ts";
import { recordOwnRequests, type OwnRequests } from "./support/own-requests.ts";
import { loggedIn, visitor, type Visitor } from "./support/visitor.ts";

const WHO = [
  "anonymous",
  "student-gryffindor",
  "student-slytherin",
  "professor-gryffindor",
  "headmaster",
] as const;
const GRYFFINDOR = "Hermione Granger";
const SLYTHERIN = "Pansy Parkinson";

const EVENTS = "/api/session/events";
const ERRORS: Readonly<Record<number, string>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not found",
};

/** Who gets which status where, in the order of {@link WHO}. */
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  "/": [302, 200, 200, 200, 200],
  "/houses/gryffindor": [302, 200, 403, 200, 200],
  "/houses/hufflepuff": [302, 403, 403, 403, 200],
  "/houses/ravenclaw": [302, 403, 403, 403, 200],
  "/houses/slytherin": [302, 403, 200, 403, 200],
  // Whether there is such a house is told to those alone who may see all of them.
  "/houses/durmstrang": [302, 403, 403, 403, 404],
  "/account": [302, 200, 200, 200, 200],
  "/account/sessions": [302, 200, 200, 200, 200],
  "/confirm": [302, 200, 200, 200, 200],
  "/staff": [302, 403, 403, 403, 200],
  "/api/gryffindor/admin": [401, 403, 403, 200, 200],
  "/api/slytherin/admin": [401, 403, 403, 403, 200],
  "/api/durmstrang/admin": [401, 403, 403, 403, 404],
  [EVENTS]: [401, 200, 200, 200, 200],
};

let app: Hogwarts;
let browser: Browser;
let own: OwnRequests;
const visitors = new Map<string, Visitor>();

beforeAll(async () => {
  [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
  own = await recordOwnRequests(browser, app);
  for (const who of WHO) visitors.set(who, who === "anonymous" ? visitor(app) : await loggedIn(app, who));
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

function get(who: string, path: string): Promise<Received> {
  // The stream of events has no end; its head has the same status.
  return visitors.get(who)!.send({ method: path === EVENTS ? "HEAD" : "GET", path });
}

test.each(Object.entries(STATUSES))(
  "%s is open to those it is for, and to nobody else",
  async (path, expected) => {
    const answers = await Promise.all(WHO.map((who) => get(who, path)));
    expect(answers.map(({ status }) => status)).toEqual(expected);
    expect(answers.flatMap((answer) => faultsOf(path, answer))).toEqual([]);
  },
);

/** What a refusal should say and does not, and what it should not and does. */
function faultsOf(path: string, answer: Received): string[] {
  const { status, body } = answer;
  const faults: string[] = [];
  const isApi = path.endsWith("/admin");
  if (isApi && answer.header("content-type") !== "application/json") faults.push("not in JSON");
  if (isApi && status !== 200 && body !== JSON.stringify({ error: ERRORS[status] })) faults.push(body);
  if (!isApi && status === 403 && !body.includes("The portrait does not let you in"))
    faults.push("a page that does not say that it is forbidden");
  if (status !== 200 && /Granger|Parkinson|Lovegood|Diggory/.test(body)) faults.push("shows students");
  return faults;
}

describe("the register", () => {
  test("has marks for the staff of the house, and for no student", async () => {
    const marksIn = (body: string) => body.match(/<abbr [^>]*title="Outstanding"/g)?.length ?? 0;
    const student = await get("student-gryffindor", "/houses/gryffindor");
    expect(student.body).toContain(GRYFFINDOR);
    expect(marksIn(student.body)).toBe(0);
    // Neither in what the page shows, nor in what its script is given.
    expect(student.body).not.toMatch(/mark:"|"mark"|Outstanding/);

    for (const who of ["professor-gryffindor", "headmaster"]) {
      const { body } = await get(who, "/houses/gryffindor");
      expect(body).toContain(GRYFFINDOR);
      expect(marksIn(body)).toBeGreaterThan(0);
    }
  });

  test("is given to no script that asks for another house's", async () => {
    const ask = (who: string) =>
      visitors.get(who)!.send({
        path: `/_server?${new URLSearchParams({ id: own.students, args: own.studentsArguments })}`,
        headers: [
          ["X-Server-Id", own.students],
          ["X-Server-Instance", "server-fn:0"],
          ["Sec-Fetch-Site", "same-origin"],
        ],
      });
    expect(own.studentsArguments).toContain("slytherin");
    for (const who of ["student-gryffindor", "professor-gryffindor"]) {
      const { body } = await ask(who);
      expect(body).toBe("forbidden");
    }
    const student = await ask("student-slytherin");
    expect(student.body).toContain(SLYTHERIN);
    expect(student.body).not.toContain("mark");
    expect((await ask("headmaster")).body).toContain("mark");
    const anonymous = await ask("anonymous");
    expect(anonymous.header("location")).toBe("/login?next=%2Fhouses%2Fslytherin");
    expect(anonymous.body).not.toContain(SLYTHERIN);
  });
});

test.each([
  ["student-gryffindor", ["Gryffindor"]],
  ["student-slytherin", ["Slytherin"]],
  ["professor-gryffindor", ["Gryffindor"]],
  ["headmaster", ["Gryffindor", "Hufflepuff", "Ravenclaw", "Slytherin", "Staff room"]],
])("the navigation shows %s what is there for them", async (username, links) => {
  const { page, context, problems } = await newDevice(browser, app, { username });
  expect(await page.getByRole("navigation").getByRole("link").allInnerTexts()).toEqual(links);
  // Every one of them leads somewhere.
  for (const name of links) {
    await page.getByRole("navigation").getByRole("link", { name }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  }
  await context.close();
  expect(problems).toEqual([]);
});

test("whoever is sent to a page that is not for them goes on from there with a click", async () => {
  const { page, context } = await newDevice(browser, app);
  await page.goto("/houses/slytherin", { waitUntil: "networkidle" });
  await page.getByRole("heading", { name: "The portrait does not let you in" }).waitFor();
  expect(await page.title()).toBe("Not for you · Hogwarts");
  await page.getByRole("link", { name: "Gryffindor" }).click();
  await page.getByText(GRYFFINDOR).waitFor();
  await context.close();
});

test("a role that is taken away is gone with the next request, and one that is given is there", async () => {
  const setRole = (role: string) =>
    withDatabase(app.database, (database) =>
      database.prepare("update users set role = ? where username = 'professor-gryffindor'").run(role),
    );
  setRole("headmaster");
  expect((await get("professor-gryffindor", "/staff")).status).toBe(200);
  setRole("student");
  expect((await get("professor-gryffindor", "/staff")).status).toBe(403);
  expect((await get("professor-gryffindor", "/api/gryffindor/admin")).status).toBe(403);
  setRole("professor");
  expect((await get("professor-gryffindor", "/api/gryffindor/admin")).status).toBe(200);
});

test("an API route and a page refuse what a form of this site sends to them as well", async () => {
  const answers = await Promise.all(
    ["/api/gryffindor/admin", "/staff"].map((path) =>
      visitors
        .get("student-gryffindor")!
        .send({ method: "POST", path, headers: formHeaders(app.origin), body: "user=2" }),
    ),
  );
  for (const { body } of answers) expect(body).not.toMatch(/Granger|Malfoy/);
});
