import { afterAll, beforeAll, expect, test } from "vitest";
import { form, formAction, formHeaders } from "../support/http.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

const USERNAME = "student-gryffindor";

let app: Hogwarts;

beforeAll(async () => {
  app = await startHogwarts();
});

afterAll(() => app?.stop());

/** Where a login leads, as a form and as the script's call. */
async function loginLeadsTo(next: string): Promise<string[]> {
  const byForm = await visitor(app).login(USERNAME, PASSWORD, { next });
  const who = visitor(app);
  const action = formAction((await who.send({ path: "/login" })).body, "password");
  const byScript = await who.send({
    method: "POST",
    path: "/_server",
    headers: [
      ...formHeaders(app.origin),
      ["X-Server-Id", new URL(action, app.origin).searchParams.get("id")!],
      ["X-Server-Instance", "server-fn:0"],
    ],
    body: form({ username: USERNAME, password: PASSWORD, next }),
  });
  return [byForm, byScript].map((answer) => answer.header("location") ?? `no Location, ${answer.status}`);
}

test.each([
  "https://evil.example/",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\nSet-Cookie: a=b",
  "/.//evil.example",
  "/..//evil.example",
  "/%2e%2e//evil.example",
  "/x/..//evil.example",
  "javascript:alert(1)",
  "data:text/html,evil",
  "http:evil.example",
  "http:///evil.example",
  "https:/evil.example",
  "@evil.example",
  ".evil.example",
  " //evil.example",
  "\u0000//evil.example",
  "/\u2028/evil.example",
  "\uFF0F\uFF0Fevil.example",
  "",
])("a login whose next is %j stays on this site", async (next) => {
  for (const location of await loginLeadsTo(next)) {
    const url = new URL(location, app.origin);
    expect(url.origin).toBe(app.origin);
    // Nor may it be another site's for a page of https, or for a browser that reads a backslash as a slash.
    expect(location.replaceAll("\\", "/").replace(app.origin, "")).toMatch(/^\/(?!\/)/);
  }
});

test.each(["/", "/houses/slytherin", "/houses/slytherin?year=3#top", "/nowhere"])(
  "a login whose next is %j leads there",
  async (next) => {
    expect(await loginLeadsTo(next)).toEqual([next, next]);
  },
);

test("an answer never leads to where the visitor came from on another site", async () => {
  const who = await loggedIn(app, USERNAME);
  const page = await who.send({ path: "/" });
  const referer = ["Referer", "https://evil.example/landing"] as const;
  const answer = await who.send({
    method: "POST",
    path: formAction(page.body, "Log out"),
    headers: [...formHeaders(app.origin), referer],
    body: "",
  });
  expect(answer.header("location")).toBe("/login");
  const failed = await visitor(app).send({
    method: "POST",
    path: formAction((await visitor(app).send({ path: "/login" })).body, "password"),
    headers: [...formHeaders(app.origin), referer],
    body: form({ username: USERNAME, password: "wrong" }),
  });
  expect(failed.header("location")).toMatch(/^\/login\?/);
});
