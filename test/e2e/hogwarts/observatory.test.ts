import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradesOf, scoreOf } from "../support/observatory.ts";
import { send, type Received } from "../support/http.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

/** A+, whatever a page does. */
const PERFECT = 100;
const HTTPS: [string, string] = ["X-Forwarded-Proto", "https"];
const PATHS = [
  "/",
  "/login",
  "/houses/gryffindor",
  "/account",
  "/account/sessions",
  "/confirm",
  "/staff",
  "/nowhere",
];
const OTHERS = ["/healthz", "/api/gryffindor/admin", "/api/session/events?x", "/favicon.svg"];

let app: Hogwarts;
let cookie: string;
let login: Received;

beforeAll(async () => {
  app = await startHogwarts();
  cookie = (await loggedIn(app, "headmaster")).cookies()!;
  login = await visitor(app).login("student-gryffindor");
});

afterAll(() => app?.stop());

describe("the HTTP headers, graded as by Mozilla's Observatory", () => {
  test("are perfect on every page, for nobody and for somebody who is logged in", async ({ task }) => {
    const scores: string[] = [];
    for (const path of [...PATHS, ...OTHERS])
      for (const headers of [[HTTPS], [HTTPS, ["Cookie", cookie] as [string, string]]]) {
        const answer = await send(app.port, {
          path,
          headers,
          ...(path.includes("events") && { method: "HEAD" }),
        });
        const grades = gradesOf(answer);
        const lost = grades.filter(({ modifier }) => modifier < 0);
        expect(lost, `${answer.status} ${path}`).toEqual([]);
        expect(scoreOf(grades)).toBeGreaterThanOrEqual(PERFECT);
        scores.push(String(scoreOf(grades)));
      }
    task.meta.note = `HTTP headers of ${scores.length} answers: at least ${Math.min(...scores.map(Number))} of 100 points, nothing taken off`;
  });

  test("a page that lacks one is noticed", async () => {
    const answer = await send(app.port, { path: "/login", headers: [HTTPS] });
    const whole = scoreOf(gradesOf(answer));
    const without = (name: string): Received => ({
      ...answer,
      header: (asked) => (asked.toLowerCase() === name ? undefined : answer.header(asked)),
    });
    const needed = ["content-security-policy", "strict-transport-security", "x-content-type-options"];
    const scores = needed.map((name) => scoreOf(gradesOf(without(name))));
    for (const score of scores) expect(score).toBeLessThan(whole);
    const insecure = { ...answer, cookies: ["session=x; Path=/; HttpOnly; SameSite=Lax"] };
    expect(scoreOf(gradesOf(insecure))).toBeLessThan(whole);
  });

  test("the login's cookies are for this site and for nobody's script", () => {
    expect(login.cookies.length).toBeGreaterThan(0);
    for (const line of login.cookies) {
      expect(line).toMatch(/; HttpOnly/);
      expect(line).toMatch(/; SameSite=Lax/);
    }
  });
});
