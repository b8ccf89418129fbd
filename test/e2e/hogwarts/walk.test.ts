import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { goBack, sessionCookies, watchForProblems } from "./support/browser.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";

const STUDENT = "student-gryffindor";
const OWN_STUDENT = "Hermione Granger";
/** Of each house, and the visitor's own name. */
const PROTECTED = [OWN_STUDENT, "Cedric Diggory", "Luna Lovegood", "Draco Malfoy", "Ginny Weasley"];
const WRONG = "not-the-password-7391";

let app: Hogwarts;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

describe.each([
  { name: "with JavaScript", javaScriptEnabled: true },
  { name: "without JavaScript", javaScriptEnabled: false },
])("a visitor $name", ({ javaScriptEnabled }) => {
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  beforeEach(async () => {
    context = await browser.newContext({ baseURL: app.origin, javaScriptEnabled });
    context.setDefaultTimeout(15_000);
    problems = watchForProblems(context);
    page = await context.newPage();
  });

  afterEach(async () => {
    await context.close();
    if (problems.length > 0) throw new Error(`The console is not empty:\n${problems.join("\n")}`);
  });

  async function open(path: string, tab = page): Promise<Page> {
    await tab.goto(path);
    // Until its scripts have started, a page behaves as one without JavaScript.
    if (javaScriptEnabled) await tab.waitForLoadState("networkidle");
    return tab;
  }

  async function logIn(path = "/login", username = STUDENT): Promise<void> {
    const tab = await open(path);
    await tab.getByLabel("Username").fill(username);
    await tab.getByLabel("Password").fill(PASSWORD);
    await tab.getByRole("button", { name: "Log in" }).click();
    await tab.getByRole("button", { name: "Log out" }).waitFor();
  }

  async function logOut(tab: Page): Promise<void> {
    await tab.getByRole("button", { name: "Log out" }).click();
    await tab.getByLabel("Password").waitFor();
    expect(new URL(tab.url()).pathname).toBe("/login");
  }

  /** Waits for the login page; what else it shows that only a visitor may see who is logged in. */
  async function protectedOn(tab: Page): Promise<string[]> {
    await tab.getByLabel("Password").waitFor();
    const text = await tab.locator("body").innerText();
    return [...PROTECTED, "Log out"].filter((each) => text.includes(each));
  }

  const relative = (tab: Page) => tab.url().slice(app.origin.length);

  test("is sent from / to the login page, which remembers the way back", async () => {
    await open("/");
    expect(relative(page)).toBe("/login?next=%2F");
    expect(await protectedOn(page)).toEqual([]);

    await open("/houses/gryffindor?year=3");
    expect(relative(page)).toMatch(/^\/login\?next=%2Fhouses%2Fgryffindor/);
    await page.getByLabel("Username").fill(STUDENT);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText(OWN_STUDENT).waitFor();
    expect(relative(page)).toMatch(/^\/houses\/gryffindor/);
  });

  test("hears of a wrong password, keeps the username, and the password stays nowhere", async () => {
    await open("/login?next=%2F");
    await page.getByLabel("Username").fill(STUDENT);
    await page.getByLabel("Password").fill(WRONG);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Invalid login", { exact: true }).waitFor();

    expect(await page.getByLabel("Username").inputValue()).toBe(STUDENT);
    expect(page.url()).not.toContain(WRONG);
    expect(await context.cookies()).toEqual([]);
    expect(JSON.stringify(await context.storageState({ indexedDB: true }))).not.toContain(WRONG);
    expect(await page.content()).not.toContain(WRONG);
    const kept = javaScriptEnabled ? "[history.state, name, { ...sessionStorage }]" : "[]";
    expect(await page.evaluate(`JSON.stringify(${kept})`)).not.toContain(WRONG);
    const reloaded = await page.reload();
    expect(await reloaded!.text()).not.toContain(WRONG);
    expect(page.url()).not.toContain(WRONG);
  });

  test("logs in, sees the students of the own house, and still does after a reload and in a second tab", async () => {
    await logIn("/");
    expect(relative(page)).toBe("/");
    await page.getByText(OWN_STUDENT).waitFor();
    expect(await page.getByRole("rowheader").count()).toBe(13);
    expect(await page.content()).not.toContain("Draco Malfoy");

    await page.reload();
    await page.getByText(OWN_STUDENT).waitFor();
    expect(relative(page)).toBe("/");

    const second = await open("/", await context.newPage());
    await second.getByText(OWN_STUDENT).waitFor();
    const cookies = await sessionCookies(context);
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: "Lax", path: "/", domain: "127.0.0.1" }]);
  });

  test("shows nothing protected after Back, once another tab has logged out", async ({ task }) => {
    await logIn();
    const other = await open("/", await context.newPage());
    await open("/", page);
    // The control: before the logout, Back to this very page comes out of the bfcache, and shows the students.
    await page.goto("/login");
    expect(await goBack(page)).toBe("restored");
    await page.getByText(OWN_STUDENT).waitFor();
    await page.goto("/login");

    await logOut(other);

    const arrival = await goBack(page);
    expect(await protectedOn(page)).toEqual([]);
    expect(relative(page)).toBe("/login?next=%2F");
    task.meta.note = `Back ${javaScriptEnabled ? "with" : "without"} JavaScript: out of the bfcache before the logout, ${arrival} after it`;
  });

  test("shows nothing protected after Back in the tab that logged out", async () => {
    await logIn();
    await open("/houses/gryffindor");
    await page.getByText(OWN_STUDENT).waitFor();
    await logOut(page);
    await goBack(page);
    expect(await protectedOn(page)).toEqual([]);
    await goBack(page);
    expect(await protectedOn(page)).toEqual([]);
  });

  test("shows nothing protected after a reload, once another tab has logged out", async () => {
    await logIn();
    const other = await open("/", await context.newPage());
    await logOut(other);
    await page.reload();
    expect(await protectedOn(page)).toEqual([]);
    await page.goto("/houses/gryffindor");
    expect(await protectedOn(page)).toEqual([]);
  });

  test("lands on the login page when following a link, once another tab has logged out", async () => {
    await logIn("/login", "headmaster");
    const other = await open("/houses/hufflepuff", await context.newPage());
    await other.getByText("Cedric Diggory").waitFor();
    // The session ends without this tab being told, as it does when it expires.
    await context.clearCookies();
    await other.getByRole("link", { name: "Ravenclaw" }).click();
    // The page's header asks the server who this is, and shows it once it has answered.
    await other.getByRole("button", { name: "Log out" }).waitFor({ state: "detached" });
    expect(await protectedOn(other)).toEqual([]);
    expect(relative(other)).toBe("/login?next=%2Fhouses%2Fravenclaw");
    expect(await other.content()).not.toContain("Luna Lovegood");
  });

  test("logs in and out with the keyboard alone", async () => {
    await open("/login");
    const focusOn = async (name: string) => {
      for (let presses = 0; presses < 20; presses += 1) {
        await page.keyboard.press("Tab");
        const label = page.locator(":focus");
        const text = await label.evaluate((element) =>
          [element.id, element.textContent, element.getAttribute("name")].join(" "),
        );
        if (text.includes(name)) return;
      }
      throw new Error(`Tab never reaches ${name}.`);
    };
    await focusOn("username");
    await page.keyboard.type(STUDENT);
    await focusOn("password");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByText(OWN_STUDENT).waitFor();

    await open("/");
    await focusOn("Log out");
    await page.keyboard.press("Enter");
    expect(await protectedOn(page)).toEqual([]);
  });

  test.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])(
    "stays on this site after a login whose next is %j",
    async (next) => {
      const elsewhere: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(`${app.origin}/`)) elsewhere.push(request.url());
      });
      await logIn(`/login?next=${encodeURIComponent(next)}`);
      expect(relative(page)).toBe("/");
      expect(elsewhere).toEqual([]);
    },
  );
});

describe("a visitor with JavaScript in two tabs", () => {
  test("sees the other tab go to the login page on its own, and Back in it shows nothing protected", async () => {
    const context = await browser.newContext({ baseURL: app.origin });
    const problems = watchForProblems(context);
    const [tab, other] = [await context.newPage(), await context.newPage()];
    await tab.goto("/login", { waitUntil: "networkidle" });
    await tab.getByLabel("Username").fill("headmaster");
    await tab.getByLabel("Password").fill(PASSWORD);
    await tab.getByRole("button", { name: "Log in" }).click();
    await tab.getByRole("heading", { name: "Welcome" }).waitFor();

    await other.goto("/", { waitUntil: "networkidle" });
    await other.getByRole("navigation").getByRole("link", { name: "Ravenclaw" }).click();
    await other.getByText("Luna Lovegood").waitFor();
    await other.getByRole("link", { name: "Hufflepuff" }).click();
    await other.getByText("Cedric Diggory").waitFor();

    await tab.getByRole("button", { name: "Log out" }).click();
    await tab.getByLabel("Password").waitFor();
    await other.getByLabel("Password").waitFor();
    expect(await other.content()).not.toContain("Cedric Diggory");

    // Within the application: the router answers from its own memory if nothing stops it.
    await other.evaluate("history.back()");
    await other.waitForLoadState("networkidle");
    await other.getByLabel("Password").waitFor();
    expect(await other.locator("body").innerText()).not.toMatch(
      /Luna Lovegood|Cedric Diggory|Albus Dumbledore/,
    );
    await context.close();
    expect(problems).toEqual([]);
  });
});
