import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { breakTables } from "./support/database.ts";
import { loggedIn } from "./support/visitor.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Every kind of page, and who looks at it. */
const PAGES = [
  { path: "/login", who: undefined },
  { path: "/login?error=invalid&username=student-gryffindor&next=%2Fhouses%2Fslytherin", who: undefined },
  { path: "/login?error=throttled&after=500", who: undefined },
  { path: "/nowhere", who: undefined },
  { path: "/", who: "student-gryffindor" },
  { path: "/", who: "headmaster" },
  ...["gryffindor", "hufflepuff", "ravenclaw", "slytherin"].map((house) => ({
    path: `/houses/${house}`,
    who: "headmaster",
  })),
  { path: "/", who: "professor-gryffindor" },
  { path: "/houses/gryffindor", who: "student-slytherin" },
  { path: "/houses/durmstrang", who: "headmaster" },
  { path: "/login", who: "student-slytherin" },
  { path: "/account/sessions", who: "student-slytherin" },
  { path: "/account/sessions?done=one", who: "student-gryffindor" },
  { path: "/account", who: "student-slytherin" },
  { path: "/account?done=password", who: "headmaster" },
  { path: "/account?error=wrong-password", who: "student-gryffindor" },
  { path: "/account?error=too-short", who: "student-gryffindor" },
  { path: "/confirm?next=%2Fstaff", who: "headmaster" },
  { path: "/confirm?error=wrong-password", who: "student-slytherin" },
  { path: "/staff", who: "headmaster" },
  { path: "/staff?done=disabled", who: "headmaster" },
  { path: "/staff", who: "professor-gryffindor" },
];

let app: Hogwarts;
let browser: Browser;
const cookies = new Map<string | undefined, string>();

beforeAll(async () => {
  [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
  for (const who of new Set(PAGES.map((page) => page.who)))
    if (who !== undefined) cookies.set(who, (await loggedIn(app, who)).cookie()!);
  // A second device, for the list of them.
  await loggedIn(app, "student-slytherin");
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

async function visit(
  who: string | undefined,
  options: Parameters<Browser["newContext"]>[0],
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: app.origin, ...options });
  const cookie = cookies.get(who);
  const at = cookie?.indexOf("=") ?? 0;
  if (cookie !== undefined)
    await context.addCookies([{ name: cookie.slice(0, at), value: cookie.slice(at + 1), url: app.origin }]);
  return context;
}

/** What axe finds, as one line each. */
async function violations(page: Page): Promise<string[]> {
  // Evaluated by the driver, so the page's policy stays on.
  await page.evaluate(axe);
  const found = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    "axe.run().then(({ violations }) => violations)",
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

const overflow = (page: Page) =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  test.each([390, 1280])("no page has an accessibility fault, %i pixels wide", async (width) => {
    const faults: string[] = [];
    for (const { path, who } of PAGES) {
      const context = await visit(who, { colorScheme, viewport: { width, height: 800 } });
      const page = await context.newPage();
      await page.goto(path);
      faults.push(...(await violations(page)).map((fault) => `${path} as ${who}: ${fault}`));
      await context.close();
    }
    expect(faults).toEqual([]);
  });

  test("the page of a failure has none either", async () => {
    const mend = breakTables(app.database, ["students"]);
    const context = await visit("student-gryffindor", { colorScheme });
    const page = await context.newPage();
    const answer = await page.goto("/houses/gryffindor");
    const faults = await violations(page);
    await context.close();
    mend();
    expect(answer!.status()).toBe(500);
    expect(faults).toEqual([]);
  });
});

test("no page scrolls sideways on the smallest phone, nor with text twice as large", async ({ task }) => {
  const wide: string[] = [];
  for (const { path, who } of PAGES) {
    const context = await visit(who, { viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    await page.goto(path);
    if ((await overflow(page)) > 0) wide.push(`${path} as ${who}`);
    // A zoom of 200 % on a window of 640 pixels is this width at twice the text size.
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    await page.setViewportSize({ width: 640, height: 640 });
    if ((await overflow(page)) > 0) wide.push(`${path} as ${who}, large text`);
    await context.close();
  }
  expect(wide).toEqual([]);
  task.meta.note = `${PAGES.length} pages, light and dark, 320 to 1280 pixels: 0 accessibility faults`;
});

test("axe finds a fault that is there", async () => {
  const context = await visit(undefined, {});
  const page = await context.newPage();
  await page.setContent(
    '<!doctype html><html lang="en"><title>Log in</title><main><h1>Log in</h1><input name="username"></main></html>',
  );
  expect((await violations(page)).join("\n")).toContain("label");
  await context.close();
});

test("a password manager knows the fields, and the error belongs to them", async () => {
  const context = await visit(undefined, {});
  const page = await context.newPage();
  await page.goto("/login?error=invalid");
  const username = page.getByRole("textbox", { name: "Username" });
  const password = page.getByLabel("Password");
  expect(await username.getAttribute("autocomplete")).toBe("username");
  expect(await password.getAttribute("autocomplete")).toBe("current-password");
  expect(await password.getAttribute("type")).toBe("password");
  const id = await username.getAttribute("aria-describedby");
  expect(await page.locator(`#${id}`).textContent()).toBe("Invalid login");
  expect(await page.locator(`#${id}`).getAttribute("aria-live")).toBe("polite");
  await context.close();
});
