import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import type { Server } from "../support/server.ts";
import { PASSWORD, startSeed } from "./support/app.ts";

describe("in a browser with JavaScript", () => {
  let app: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    [app, browser] = await Promise.all([startSeed(), launchBrowser()]);
  });
  afterAll(() => Promise.all([browser?.close(), app?.stop()]));
  beforeEach(async () => {
    context = await browser.newContext({ baseURL: app.origin });
    page = await context.newPage();
    problems.length = 0;
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
  });
  afterEach(() => context.close());

  /** Opens a page and waits until its forms are Solid's and no longer the browser's. */
  async function open(path: string): Promise<void> {
    await page.goto(path);
    await page.waitForSelector("[data-ready=true]");
  }

  async function login(password: string): Promise<void> {
    await page.fill("#login [name=username]", "harry");
    await page.fill("#login [name=password]", password);
    await page.click("#login button");
  }

  test("the seed's returned Error arrives as an Error", async () => {
    await open("/login");
    await login("wrong");
    await page.waitForFunction(() => document.querySelector("#error")?.textContent !== "");
    expect(await page.textContent("#error")).toBe("Error: Invalid login");
    expect(await context.cookies()).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("the seed's login and guarded page work", async () => {
    await open("/login");
    await login(PASSWORD);
    await page.waitForURL("/");
    const [cookie, ...others] = await context.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: "session", httpOnly: true, sameSite: "Lax", path: "/" });
    await page.goto("/houses/gryffindor");
    expect(await page.textContent("li")).toBe("Neville");
    expect(problems).toEqual([]);
  });

  test("a redirect that is thrown when the head has left still arrives", async () => {
    await page.goto("/render/redirect-late");
    await page.waitForURL("/login");
    expect(problems).toEqual([]);
  });

  test("an action in a single flight keeps the cookie and shows what it wrote", async () => {
    await open("/marked");
    const answered = page.waitForResponse((response) => response.url().includes("/_server"));
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.fill("#stay input", "in flight");
    await page.click("#stay button");
    expect((await (await answered).allHeaders())["x-single-flight"]).toBe("true");
    await page.waitForFunction(() => document.querySelector("#mark")?.textContent === "in flight");
    expect(asked).toHaveLength(1);
    await page.reload();
    expect(await page.textContent("#mark")).toBe("in flight");
    expect(problems).toEqual([]);
  });

  test("a thrown error arrives without what it said", async () => {
    await open("/marked");
    await page.click("#explode");
    await page.waitForFunction(() => document.querySelector("#failure")?.textContent !== "");
    const failure = await page.textContent("#failure");
    expect(failure).toMatch(/^Error: Something went wrong\. /);
    expect(failure).not.toMatch(/hunter2|secret_column|statement/);
  });
});
