import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostileClasses, hostileTargets, oddTargets } from "../../auth/hostile-targets.ts";
import { launchBrowser } from "../support/browser.ts";
import type { Server } from "../support/server.ts";
import { PASSWORD, startGuards } from "./support/app.ts";

/** How many pages of the browser work at once. */
const PAGES = 3;

let app: Server;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startGuards(), launchBrowser()]);
});
afterAll(() => Promise.all([browser?.close(), app?.stop()]));

/** Logs in with a `next` that is not the application's own. @returns where the browser was then */
async function logInWith(page: Page, next: string, login: string): Promise<string> {
  await page.goto("/login", { waitUntil: "domcontentloaded" });
  await page.waitForSelector(login);
  // Set as a link of the attacker's would have set it; and what no link can hold, too.
  await page.evaluate(
    ([target, password]) => {
      const field = (name: string) => document.querySelector<HTMLInputElement>(`#login [name=${name}]`)!;
      const any = Object.assign(document.createElement("textarea"), { name: "next", value: target });
      field("next").replaceWith(any);
      field("username").value = "harry";
      field("password").value = password!;
    },
    [next, PASSWORD],
  );
  const left = page.waitForURL((url) => url.href !== `${app.origin}/login`, { waitUntil: "commit" });
  await page.click("#login button", { noWaitAfter: true });
  await left;
  return page.url();
}

/** Logs in once for each target. @returns what led off this site */
async function logInWithAll(targets: readonly string[], javaScriptEnabled: boolean): Promise<string[]> {
  const gone: string[] = [];
  const queue = targets.values();
  await Promise.all(
    Array.from({ length: PAGES }, async () => {
      const context = await browser.newContext({ baseURL: app.origin, javaScriptEnabled });
      const page = await context.newPage();
      let current = "";
      const note = (what: string) => gone.push(`${JSON.stringify(current).slice(0, 80)} ${what}`);
      const isElsewhere = (url: string) => new URL(url).origin !== app.origin;
      context.on("request", (request) => {
        if (isElsewhere(request.url())) note(`asked for ${request.url()}`);
      });
      page.on("dialog", (dialog) => {
        note("ran a script");
        void dialog.dismiss();
      });
      for (const target of queue) {
        current = target;
        // With JavaScript the form is Solid's once this says so.
        const url = await logInWith(page, target, javaScriptEnabled ? "[data-ready=true]" : "#login");
        if (isElsewhere(url)) note(`led to ${url}`);
      }
      await context.close();
    }),
  );
  return gone;
}

describe("in Chromium, no hostile next leads off this site after a login", () => {
  test(
    "without JavaScript, where the browser follows the redirect",
    { timeout: 240_000 },
    async ({ task }) => {
      const targets = [...hostileTargets, ...oddTargets];
      const gone = await logInWithAll(targets, false);
      task.meta.note = `open redirects in Chromium: ${targets.length} targets, ${gone.length} left the site`;
      expect(gone).toEqual([]);
    },
  );

  test("with JavaScript, where the router does", { timeout: 120_000 }, async ({ task }) => {
    const some = Object.values(hostileClasses).flatMap((targets) => targets.slice(0, 3));
    const targets = [...some, ...oddTargets];
    const gone = await logInWithAll(targets, true);
    task.meta.note = `the same by Solid's router: ${targets.length} targets, ${gone.length} left the site`;
    expect(gone).toEqual([]);
  });
});
