import type { Browser, BrowserContext, Cookie, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attacks,
  startAttackSite,
  type Attack,
  type AttackSite,
  type Targets,
} from "./support/attack-page.ts";
import { launchBrowser } from "../support/browser.ts";
import { sessionCookies } from "./support/browser.ts";
import { recordOwnRequests } from "./support/own-requests.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { loggedIn } from "./support/visitor.ts";

const ATTACKER = { username: "student-slytherin", password: PASSWORD };

let app: Hogwarts;
let browser: Browser;
let site: AttackSite;
let targets: Targets;

beforeAll(async () => {
  [app, browser, site] = await Promise.all([startHogwarts(), launchBrowser(), startAttackSite()]);
  targets = { origin: app.origin, ...(await recordOwnRequests(browser, app)) };
});

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  await app?.stop();
});

/** A browser whose visitor is logged in, or nobody. */
async function visit(isLoggedIn: boolean): Promise<BrowserContext> {
  const context = await browser.newContext();
  if (!isLoggedIn) return context;
  const [name, value] = (await loggedIn(app, "student-gryffindor")).cookie()!.split("=") as [string, string];
  await context.addCookies([{ name, value, url: app.origin, httpOnly: true, sameSite: "Lax" }]);
  return context;
}

/** What came of an attack. */
interface Outcome {
  readonly name: string;
  /** How many requests the browser sent to the application. */
  readonly sent: number;
  /** What the attacker's page, or a frame in it, got to see. */
  readonly seen: readonly string[];
  readonly cookies: readonly Cookie[];
}

/** Opens the attack and waits until what it sends to the application is answered, or stopped by the browser. */
async function attack(context: BrowserContext, host: string, { name, html }: Attack): Promise<Outcome> {
  let sent = 0;
  const open = new Set<Request>();
  site.serve(html);
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(`${app.origin}/`)) return;
    sent += 1;
    open.add(request);
  });
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
  await page.goto(`http://${host}:${site.port}/`, { waitUntil: "commit" });
  await expect
    .poll(() => sent > 0 && open.size === 0, { message: name, interval: 10, timeout: 10_000 })
    .toBe(true);

  const frames = await Promise.all(
    page
      .frames()
      .slice(1)
      .map((frame) => frame.content()),
  );
  const seen = [await page.title(), ...frames].filter((text) => /^read |Hogwarts/.test(text));
  const cookies = await context.cookies();
  await page.close();
  return { name, sent, seen, cookies };
}

describe.each([
  { place: "another site", host: "localhost" },
  { place: "another port of the same host", host: "127.0.0.1" },
])("a page of $place", ({ place, host }) => {
  test("neither logs a visitor out nor in as somebody else, and reads nothing", async ({ task }) => {
    const context = await visit(true);
    const before = await context.cookies();
    expect(before).toHaveLength(1);
    let sent = 0;
    const all = attacks(targets, ATTACKER);
    for (const each of all) {
      const outcome = await attack(context, host, each);
      sent += outcome.sent;
      expect(outcome).toEqual({ ...outcome, seen: [], cookies: before });
    }
    const page = await context.newPage();
    await page.goto(app.origin);
    expect(await page.locator("body").innerText()).toContain("student-gryffindor");
    await context.close();
    task.meta.note = `${all.length} attacks in Chromium from a page of ${place}, ${sent} requests: 0 effects`;
  });

  test("does not log a visitor in who has no session", async () => {
    const context = await visit(false);
    for (const each of attacks(targets, ATTACKER).filter(({ name }) => name.includes("login"))) {
      const outcome = await attack(context, host, each);
      expect(outcome).toEqual({ ...outcome, seen: [], cookies: [] });
    }
    await context.close();
  });
});

test("the same form and link do their work on a page of the application itself", async () => {
  const context = await visit(true);
  const page = await context.newPage();
  await page.goto(`${app.origin}/healthz`);
  const before = await context.cookies();
  // /healthz has a policy too, which forbids inline scripts but not the driver's.
  const submit = async (id: string) => {
    await page.evaluate(
      ({ action, fields }) => {
        const form = document.createElement("form");
        form.method = "post";
        form.action = action;
        for (const [name, value] of Object.entries(fields)) {
          const input = document.createElement("input");
          [input.name, input.value] = [name, value];
          form.append(input);
        }
        document.body.append(form);
        form.requestSubmit();
      },
      { action: `/_server?id=${id}`, fields: ATTACKER },
    );
  };
  await submit(targets.login);
  await page.getByText("Welcome, Draco Malfoy").waitFor();
  expect(await context.cookies()).not.toEqual(before);
  await submit(targets.logout);
  await page.getByLabel("Password").waitFor();
  expect(await sessionCookies(context)).toEqual([]);
  await context.close();
});
