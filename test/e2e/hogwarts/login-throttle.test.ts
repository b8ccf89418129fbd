import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { watchForProblems } from "./support/browser.ts";
import { newDevice, open } from "./support/device.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

const LIMIT = 10;
const THROTTLED = /^Too many attempts\. Please try again in (?:a minute|\d+ minutes)\.$/;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

describe.each([
  { kind: "stored", env: {} },
  { kind: "sealed", env: { SESSION_STORE: "cookie" } },
])("with $kind sessions", ({ env }) => {
  describe.each([
    { how: "with JavaScript", javaScriptEnabled: true, username: "student-gryffindor" },
    { how: "without JavaScript", javaScriptEnabled: false, username: "student-slytherin" },
  ])("somebody who guesses a password $how", ({ javaScriptEnabled, username }) => {
    let app: Hogwarts;
    beforeAll(async () => {
      app = await startHogwarts({ env });
    });
    afterAll(() => app?.stop());

    async function guess(page: Page, password: string): Promise<string> {
      await page.getByLabel("Username or e-mail address").fill(username);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Log in" }).click();
      const error = page.locator("#login-error:not(:empty)");
      await error.waitFor();
      return (await error.textContent()) ?? "";
    }

    test("is told when to try again, and the owner gets in where the owner was before", async ({ task }) => {
      const owner = await newDevice(browser, app, { username, javaScriptEnabled });
      await owner.page.getByRole("button", { name: "Log out" }).click();
      await owner.page.getByLabel("Password").waitFor();

      const context: BrowserContext = await browser.newContext({ baseURL: app.origin, javaScriptEnabled });
      const problems = watchForProblems(context);
      const page = await open(await context.newPage(), "/login");
      const answers: string[] = [];
      for (let n = 0; n < LIMIT + 1; n++) {
        answers.push(await guess(page, `guess number ${n}`));
        expect(page.url()).not.toContain("guess");
      }
      expect(answers.slice(0, LIMIT)).toEqual(Array.from({ length: LIMIT }, () => "Invalid login"));
      expect(answers[LIMIT]).toMatch(THROTTLED);
      // Even the right one, as otherwise it could be guessed.
      expect(await guess(page, PASSWORD)).toMatch(THROTTLED);
      const byForm = await visitor(app).login(username);
      expect(byForm.header("location")).toMatch(/^\/login\?error=throttled&after=\d+&username=/);
      expect(byForm.cookies).toEqual([]);

      await open(owner.page, "/login");
      await owner.page.getByLabel("Username or e-mail address").fill(username);
      await owner.page.getByLabel("Password").fill(PASSWORD);
      await owner.page.getByRole("button", { name: "Log in" }).click();
      await owner.page.getByRole("heading", { name: "Welcome" }).waitFor();
      // Others are not stopped by it.
      await loggedIn(app, "headmaster");
      task.meta.note = `after ${LIMIT} guesses: "${answers[LIMIT]}" The owner logs in on the own device`;
      await Promise.all([context, owner.context].map((each) => each.close()));
      expect([...problems, ...owner.problems]).toEqual([]);
    });
  });
});

test("a name of nobody's is throttled like one of somebody's, so that nobody learns which is which", async () => {
  const app = await startHogwarts();
  const locationsOf = async (name: string) => {
    const locations: string[] = [];
    for (let n = 0; n < LIMIT + 2; n++)
      locations.push((await visitor(app).login(name, `guess ${n}`)).header("location")!);
    return locations.map((location) => location.replaceAll(name, "…").replace(/after=\d+/, "after=n"));
  };
  const known = await locationsOf("student-gryffindor");
  expect(await locationsOf("student-hufflepuff")).toEqual(known);
  expect(known.slice(LIMIT)).toEqual(
    known.slice(LIMIT).map(() => "/login?error=throttled&after=n&username=…"),
  );
  await app.stop();
});
