import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { withDatabase } from "./support/database.ts";
import { newDevice, open } from "./support/device.ts";
import { loggedIn } from "./support/visitor.ts";

const REASON = 'Wrote "Potter stinks" on badges, 50 of them';

let app: Hogwarts;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

/** Makes all logins six minutes old: sessions go on, and what takes a fresh password asks for it. */
function letTimePass(): void {
  withDatabase(app.database, (database) =>
    database.exec(
      "update coatcheck_sessions set authenticated_at = authenticated_at - 360000, version = version + 1",
    ),
  );
}

function disabledAt(id: number): unknown {
  return withDatabase(
    app.database,
    (database) => database.prepare("select disabled_at from users where id = ?").get(id)!["disabled_at"],
  );
}

const card = (page: Page, name: string) =>
  page.getByRole("region", { name: "Accounts" }).getByRole("listitem").filter({ hasText: name });

describe.each([
  { how: "with JavaScript", javaScriptEnabled: true, name: "Draco Malfoy", id: 2 },
  { how: "without JavaScript", javaScriptEnabled: false, name: "Ginny Weasley", id: 1 },
])("a form that takes a fresh password, $how,", ({ javaScriptEnabled, name, id }) => {
  test("asks for it, and is there again as it was filled in", async () => {
    const { page, context, problems } = await newDevice(browser, app, {
      username: "headmaster",
      javaScriptEnabled,
    });
    letTimePass();
    await open(page, "/staff");
    await card(page, name).getByLabel("Reason").fill(REASON);
    await card(page, name).getByRole("button", { name: "Disable" }).click();
    await page.getByRole("heading", { name: "Is it you, Albus Dumbledore?" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/confirm");
    expect(page.url()).not.toContain("Potter");
    expect(disabledAt(id)).toBe(null);

    // What is wrong is said here, and nothing is lost by it.
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("That is not your password.").waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();

    await page.getByRole("heading", { name: "Staff room" }).waitFor();
    await expect
      .poll(() => card(page, name).getByLabel("Reason").inputValue(), { timeout: 10_000 })
      .toBe(REASON);
    const reasons = await page.getByLabel("Reason").all();
    expect(await Promise.all(reasons.map((field) => field.inputValue()))).toHaveLength(3);
    expect((await Promise.all(reasons.map((field) => field.inputValue()))).filter(Boolean)).toEqual([REASON]);
    // Nobody has pressed the button yet.
    expect(disabledAt(id)).toBe(null);
    await card(page, name).getByRole("button", { name: "Disable" }).click();
    await page.getByText("The account is disabled").waitFor();
    expect(disabledAt(id)).toEqual(expect.any(String));

    await card(page, name).getByRole("button", { name: "Enable" }).waitFor();
    const left = await page.getByLabel("Reason").all();
    expect((await Promise.all(left.map((field) => field.inputValue()))).filter(Boolean)).toEqual([]);
    await context.close();
    expect(problems).toEqual([]);
  });
});

test("what is typed into another form stays while a session is ended", async () => {
  await loggedIn(app, "professor-gryffindor");
  const { page, context, problems } = await newDevice(browser, app, { username: "headmaster" });
  await open(page, "/staff");
  await card(page, "Minerva McGonagall").getByLabel("Reason").fill(REASON);
  const sessions = page.getByRole("region", { name: "Logged in" }).getByRole("listitem");
  await sessions
    .filter({ hasText: "Minerva McGonagall" })
    .first()
    .getByRole("button", { name: "End the session" })
    .click();
  await page.getByText("That session is over.").waitFor();
  expect(await card(page, "Minerva McGonagall").getByLabel("Reason").inputValue()).toBe(REASON);
  await context.close();
  expect(problems).toEqual([]);
});

test("a session may be ended without typing the password again, and so may one's own", async () => {
  const stranger = await loggedIn(app, "professor-gryffindor");
  const { page, context } = await newDevice(browser, app, { username: "headmaster" });
  letTimePass();
  await open(page, "/staff");
  const sessions = page.getByRole("region", { name: "Logged in" }).getByRole("listitem");
  await sessions
    .filter({ hasText: "Minerva McGonagall" })
    .first()
    .getByRole("button", { name: "End the session" })
    .click();
  await page.getByText("That session is over.").waitFor();
  expect((await stranger.send({ path: "/" })).status).toBe(302);
  await context.close();
});

test.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])(
  "the password typed again leads to no other site when next is %j",
  async (next) => {
    const { page, context } = await newDevice(browser, app, { username: "professor-gryffindor" });
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(`${app.origin}/`)) elsewhere.push(request.url());
    });
    await open(page, `/confirm?next=${encodeURIComponent(next)}`);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "Welcome" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    expect(elsewhere).toEqual([]);
    await context.close();
  },
);

test("whoever is not logged in is asked to be first, and comes back to where the password is typed", async () => {
  const context = await browser.newContext({ baseURL: app.origin });
  const page = await open(await context.newPage(), "/confirm?next=%2Faccount");
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(
    "/login?next=%2Fconfirm%3Fnext%3D%252Faccount",
  );
  await context.close();
});
