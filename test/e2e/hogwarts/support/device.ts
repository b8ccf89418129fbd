import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { watchForProblems } from "./browser.ts";
import { PASSWORD, type Hogwarts } from "./app.ts";

/** A browser with cookies of its own in which somebody is logged in. */
export interface Device {
  readonly context: BrowserContext;
  /** Its first tab, on `/`. */
  readonly page: Page;
  /** What its console has shown as wrong. */
  readonly problems: readonly string[];
}

/** Logs somebody in, as a visitor does. */
export async function newDevice(
  browser: Browser,
  app: Pick<Hogwarts, "origin">,
  { username = "student-gryffindor", ...options }: BrowserContextOptions & { username?: string } = {},
): Promise<Device> {
  const context = await browser.newContext({ baseURL: app.origin, ...options });
  context.setDefaultTimeout(15_000);
  const problems = watchForProblems(context);
  const page = await context.newPage();
  await open(page, "/login");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  return { context, page, problems };
}

/** Opens a page and waits until its scripts, if it runs any, have started. */
export async function open(page: Page, path: string): Promise<Page> {
  await page.goto(path, { waitUntil: "networkidle" });
  return page;
}

/** Opens the page of the devices. @returns the cards, the present device first */
export async function openDevices(page: Page) {
  await open(page, "/account/sessions");
  return page
    .getByRole("listitem")
    .filter({ has: page.getByRole("button", { name: /^Log out (?:there|here)$/ }) });
}

/** Waits until a tab is on the login page. @returns what else it shows that only somebody logged in may see */
export async function leftFor(page: Page): Promise<string[]> {
  await page.waitForURL(/\/login$/);
  await page.getByLabel("Password").waitFor();
  // The header asks for itself who is logged in, a moment later.
  await page.getByRole("button", { name: "Log out", exact: true }).waitFor({ state: "detached" });
  const text = await page.locator("body").innerText();
  return ["Ginny Weasley", "Hermione Granger", "Draco Malfoy", "Account"].filter((each) =>
    text.includes(each),
  );
}
