import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import type { Server } from "../support/server.ts";
import { control, notesOf, PASSWORD, reset, startGuards, type Username } from "./support/app.ts";

const STALE = 301_000;

describe("guards in a browser with JavaScript", () => {
  let app: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    [app, browser] = await Promise.all([startGuards(), launchBrowser()]);
  });
  afterAll(() => Promise.all([browser?.close(), app?.stop()]));
  beforeEach(async () => {
    await reset(app);
    context = await browser.newContext({ baseURL: app.origin });
    page = await context.newPage();
    problems.length = 0;
    page.on("pageerror", (error) => problems.push(String(error)));
  });
  afterEach(() => context.close());

  /** Opens a page and waits until its forms are Solid's and no longer the browser's. */
  async function open(path: string): Promise<void> {
    await page.goto(path);
    await ready();
  }

  const ready = () => page.waitForSelector("[data-ready=true]");

  async function logIn(username: Username, password = PASSWORD): Promise<void> {
    await page.fill("#login [name=username]", username);
    await page.fill("#login [name=password]", password);
    await page.click("#login button");
  }

  test("a guarded page leads to the login, a wrong password back to it, and the right one to the page", async () => {
    await open("/members?a=b");
    await page.waitForURL("/login?next=%2Fmembers%3Fa%3Db");
    await logIn("harry", "wrong");
    await page.waitForURL("/login?error=invalid&next=%2Fmembers%3Fa%3Db");
    expect(await page.textContent("#error")).toBe("invalid");
    expect(await context.cookies()).toEqual([]);
    await logIn("harry");
    await page.waitForURL("/members?a=b");
    await page.getByText("harry").waitFor();
    expect(problems).toEqual([]);
  });

  test.each(["log-out", "leave"])("a logout in a single flight leads to the login: %s", async (form) => {
    await open("/login?next=/members");
    await logIn("harry");
    await page.waitForURL("/members");
    await ready();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.click(`#${form} button`);
    await page.waitForURL("/login");
    await page.waitForSelector("#login");
    expect(asked.filter((path) => path === "/_server")).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  test("a user who may not is shown an error, and the page stays", async () => {
    await open("/login?next=/members");
    await logIn("harry");
    await page.waitForURL("/members");
    await ready();
    const refused = page.waitForResponse((response) => response.status() === 403);
    await page.click("#demote button");
    await refused;
    expect(await page.textContent("#member")).toBe("harry");
    expect((await notesOf(app)).done).toEqual([]);
    expect((await page.goto("/members/staff"))?.status()).toBe(403);
    await page.waitForSelector("#failed");
  });

  test("a form that a stale password interrupts is there again after the confirmation", async () => {
    await open("/login?next=/sudo");
    await logIn("harry");
    await page.waitForURL("/sudo");
    await ready();
    await control(app, { ahead: STALE });
    await page.fill("#act [name=reason]", "Left the school");
    await page.fill("#act [name=secret]", "a canary");
    await page.click("#act button");
    await page.waitForURL("/confirm?next=%2Fsudo");
    await ready();
    expect((await notesOf(app)).done).toEqual([]);

    await page.fill("#confirm [name=password]", PASSWORD);
    await page.click("#confirm button");
    await page.waitForURL("/sudo");
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>("#act [name=reason]")?.value === "Left the school",
    );
    expect(await page.inputValue("#act [name=secret]")).toBe("");
    await page.click("#act button");
    await page.waitForURL("/sudo?done=1");
    expect((await notesOf(app)).done).toEqual(["harry: Left the school"]);
    expect(problems).toEqual([]);
  });

  test("a session that ended elsewhere leads to the login when the page asks again", async () => {
    await open("/login?next=/members");
    await logIn("albus");
    await page.waitForURL("/members");
    await ready();
    await control(app, { changed: { albus: Date.now() + 60_000 } });
    await page.click("#demote button");
    await page.waitForURL("/login");
    expect((await notesOf(app)).done).toEqual([]);
  });
});
