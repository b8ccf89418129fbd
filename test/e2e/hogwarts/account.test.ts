import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashPassword } from "../../../src/auth/password.ts";
import { launchBrowser } from "../support/browser.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { sessionCookies } from "./support/browser.ts";
import { withDatabase } from "./support/database.ts";
import { leftFor, newDevice, open } from "./support/device.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

const NEXT = "a phrase that nobody has guessed";
const DAY = 24 * 60 * 60;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

async function change(page: Page, current: string, next: string): Promise<void> {
  await open(page, "/account");
  await page.getByLabel("Current password").fill(current);
  await page.getByLabel("New password").fill(next);
  await page.getByRole("button", { name: "Change the password" }).click();
}

describe.each([
  { kind: "stored", env: {} },
  { kind: "sealed", env: { SESSION_STORE: "cookie" } },
])("with $kind sessions", ({ kind, env }) => {
  let app: Hogwarts;

  beforeAll(async () => {
    app = await startHogwarts({ env });
  });

  afterAll(() => app?.stop());

  test.each([
    { how: "with JavaScript", javaScriptEnabled: true, username: "student-gryffindor" },
    { how: "without JavaScript", javaScriptEnabled: false, username: "student-slytherin" },
  ])(
    "a password that is changed $how ends the user's other devices and opens nothing any more",
    async ({ javaScriptEnabled, username }) => {
      const here = await newDevice(browser, app, { username, javaScriptEnabled });
      const there = await newDevice(browser, app, { username });
      const stranger = await loggedIn(app, "headmaster");
      const before = await sessionCookies(here.context);

      await change(here.page, PASSWORD, NEXT);
      await here.page.getByText("Your password is changed").waitFor();
      expect(new URL(here.page.url()).pathname).toBe("/account");
      expect(await here.page.getByLabel("New password").inputValue()).toBe("");
      expect(here.page.url() + (await here.page.content())).not.toContain(NEXT);
      // A stored session's tab hears of it, a sealed one's at its next step.
      if (kind === "sealed") await there.page.goto("/account");
      await there.page.waitForURL(/\/login/);
      await leftFor(kind === "sealed" ? await open(there.page, "/login") : there.page);
      await there.page.goto("/account");
      expect(new URL(there.page.url()).pathname).toBe("/login");

      await open(here.page, "/account");
      await here.page.getByRole("heading", { name: "Your account" }).waitFor();
      const after = await sessionCookies(here.context);
      expect(after).toHaveLength(1);
      expect(after[0]!.value).not.toBe(before[0]!.value);
      expect((await stranger.send({ path: "/account" })).status).toBe(200);

      expect((await visitor(app).login(username, PASSWORD)).header("location")).toMatch(/error=invalid/);
      await loggedIn(app, username, NEXT);
      await Promise.all([here, there].map(({ context }) => context.close()));
      expect([...here.problems, ...there.problems]).toEqual([]);
    },
  );
});

describe.each([
  { how: "with JavaScript", javaScriptEnabled: true },
  { how: "without JavaScript", javaScriptEnabled: false },
])("the page of the account, $how,", ({ javaScriptEnabled }) => {
  let app: Hogwarts;

  beforeAll(async () => {
    app = await startHogwarts();
  });

  afterAll(() => app?.stop());

  test("says what was wrong at the field that it is about, and changes nothing", async () => {
    const other = await loggedIn(app, "student-gryffindor");
    const { page, context, problems } = await newDevice(browser, app, { javaScriptEnabled });
    const errors = async () => {
      const texts = [];
      for (const name of ["Current password", "New password"]) {
        const field = page.getByLabel(name);
        const ids = (await field.getAttribute("aria-describedby"))!.split(" ");
        const text = await page.locator(`#${ids.at(-1)}`).textContent();
        expect(await field.getAttribute("aria-invalid")).toBe(String(text !== ""));
        texts.push(text);
      }
      return texts;
    };
    for (const [current, next, expected] of [
      ["not the password", NEXT, ["That is not your password.", ""]],
      [PASSWORD, "too short", ["", "A password needs at least 15 characters."]],
      [PASSWORD, "x".repeat(257), ["", "A password may have 256 characters at most."]],
      [
        PASSWORD,
        "Student-Gryffindor1",
        ["", "A password must be more than your name, your address or the name of the school."],
      ],
      [PASSWORD, "passwordpassword", ["", "This password is known from breaches, where it is tried first."]],
    ] as const) {
      await change(page, current, next);
      await page.getByText(expected.join("")).waitFor();
      expect(await errors()).toEqual(expected);
      expect(page.url()).not.toContain(next.slice(0, 9));
    }
    expect(await page.getByText("15 characters or more").count()).toBe(1);
    expect((await other.send({ path: "/account" })).status).toBe(200);
    await loggedIn(app, "student-gryffindor");
    await context.close();
    expect(problems).toEqual([]);
  });

  test("leads to the devices", async () => {
    const { page, context, problems } = await newDevice(browser, app, { javaScriptEnabled });
    await page.getByRole("link", { name: "Account" }).click();
    await page.getByRole("link", { name: "Your devices" }).click();
    await page.getByRole("heading", { name: "Your devices" }).waitFor();
    await context.close();
    expect(problems).toEqual([]);
  });
});

test("with JavaScript the page shows what is typed to those who want to see it", async () => {
  const app = await startHogwarts();
  const { page, context } = await newDevice(browser, app);
  await open(page, "/account");
  const field = page.getByLabel("New password");
  expect(await field.getAttribute("type")).toBe("password");
  await page.getByLabel("Show what I type").check();
  expect(await field.getAttribute("type")).toBe("text");
  await context.close();
  await app.stop();
});

describe("the login", () => {
  let app: Hogwarts;

  beforeAll(async () => {
    app = await startHogwarts();
  });

  afterAll(() => app?.stop());

  test.each([
    "ginny.weasley@hogwarts.example",
    "Ginny.Weasley@Hogwarts.Example",
    "STUDENT-GRYFFINDOR",
    "  student-gryffindor ",
  ])("takes %j for the one user", async (name) => {
    const who = await loggedIn(app, name);
    expect((await who.send({ path: "/account" })).body).toContain("Ginny Weasley");
  });

  test.each(["with", "without"])(
    "lasts, %s JavaScript, as long as was asked for: beyond the browser, or not",
    async (how) => {
      for (const remember of [false, true]) {
        const context = await browser.newContext({
          baseURL: app.origin,
          javaScriptEnabled: how === "with",
        });
        const page = await open(await context.newPage(), "/login");
        await page.getByLabel("Username or e-mail address").fill("student-gryffindor");
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByLabel("Stay logged in").setChecked(remember);
        await page.getByRole("button", { name: "Log in" }).click();
        await page.getByRole("heading", { name: "Welcome" }).waitFor();
        const [cookie] = await sessionCookies(context);
        const days = Math.round((cookie!.expires - Date.now() / 1000) / DAY);
        expect(cookie!.expires === -1 ? "with the browser" : days).toBe(remember ? 30 : "with the browser");
        await context.close();
      }
    },
  );

  test("makes a hash anew that cost less than one does today, which ends no session", async () => {
    const cheap = await hashPassword(PASSWORD, { memory: 8192, passes: 1 });
    const account = () =>
      withDatabase(app.database, (database) =>
        database
          .prepare("select password_hash as hash, password_changed_at as since from users where id = 2")
          .get(),
      );
    const before = await loggedIn(app, "student-slytherin");
    withDatabase(app.database, (database) =>
      database.prepare("update users set password_hash = ? where id = 2").run(cheap),
    );
    await loggedIn(app, "student-slytherin");
    expect(account()).toEqual({ hash: expect.stringContaining("m=19456,t=2"), since: null });
    expect((await before.send({ path: "/account" })).status).toBe(200);
  });

  test("that fails without JavaScript keeps the box ticked", async () => {
    const failed = await visitor(app).login("ginny.weasley@hogwarts.example", "wrong", { remember: "on" });
    const location = failed.header("location")!;
    expect(location).toBe("/login?error=invalid&username=ginny.weasley%40hogwarts.example&remember=on");
    const { body } = await visitor(app).send({ path: location });
    expect(body).toMatch(/<input[^>]*name="remember"[^>]*checked/);
    expect(body).toContain('value="ginny.weasley@hogwarts.example"');
  });
});
