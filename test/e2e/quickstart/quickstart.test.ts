import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { quickstartApp, root } from "../../../scripts/lib/paths.mjs";
import { node24 } from "../../../scripts/lib/runtime.mjs";
import { filesIn } from "../../docs/fences.ts";
import { launchBrowser } from "../support/browser.ts";
import { CookieJar } from "../support/cookie-jar.ts";
import { serverOf } from "../support/fixtures.ts";
import { form, formAction, formHeaders, send, type Header } from "../support/http.ts";
import { startServer, type Server } from "../support/server.ts";

// Those of the page.
const USERNAME = "harry";
const PASSWORD = "correct horse battery staple";

let folder: string;
let app: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coatcheck-quickstart-"));
  // As if the packages were installed there.
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const setup = filesIn(readFileSync(join(root, "docs", "quickstart.md"), "utf8")).get("setup.mjs");
  writeFileSync(join(folder, "setup.mjs"), setup!);
  const ran = spawnSync(node24(), ["setup.mjs"], { cwd: folder, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stderr);
  app = await startServer({ entry: serverOf(quickstartApp), cwd: folder, healthPath: "/login" });
});
afterAll(async () => {
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function sessionsKept(): number {
  const database = new DatabaseSync(join(folder, "app.db"), { readOnly: true });
  onTestFinished(() => database.close());
  const row = database
    .prepare("SELECT count(*) AS count FROM coatcheck_sessions WHERE user_id IS NOT NULL AND expires_at > ?")
    .get(Date.now());
  return Number(row?.["count"]);
}

describe("the quickstart's application, in a browser", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(() => context.close());

  async function open(javaScriptEnabled: boolean): Promise<void> {
    context = await browser.newContext({ baseURL: app.origin, javaScriptEnabled });
    page = await context.newPage();
    problems.length = 0;
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
  }

  async function logIn(password: string): Promise<void> {
    await page.getByLabel("Username").fill(USERNAME);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  }

  describe.each([
    { how: "with JavaScript", javaScript: true },
    { how: "without JavaScript", javaScript: false },
  ])("$how", ({ javaScript }) => {
    beforeEach(() => open(javaScript));

    test("an anonymous visitor, a wrong password, the right one, the guarded page, and out again", async () => {
      await page.goto("/");
      await page.waitForURL("/login?next=%2F");
      expect(await context.cookies()).toEqual([]);

      await logIn("wrong");
      await page.waitForURL(/\/login\?error=invalid&next=%2F$/);
      expect(await page.getByRole("alert").textContent()).toBe("Login failed.");
      expect(JSON.stringify(await context.cookies())).not.toContain("wrong");

      await logIn(PASSWORD);
      await page.waitForURL("/");
      await page.getByText(`Hello, ${USERNAME}!`).waitFor();
      const cookies = await context.cookies();
      expect(cookies.map(({ name }) => name).toSorted()).toEqual(["session", "session-device"]);
      for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
      const stolen = cookies.find(({ name }) => name === "session")!;

      await page.reload();
      await page.getByText(`Hello, ${USERNAME}!`).waitFor();
      await page.getByRole("button", { name: "Log out" }).click();
      await page.waitForURL(/\/login/);
      expect((await context.cookies()).map(({ name }) => name)).toEqual(["session-device"]);

      // A copy of the cookie is worth nothing any more.
      await context.addCookies([stolen]);
      await page.goto("/");
      expect(new URL(page.url()).pathname).toBe("/login");
      expect(problems).toEqual([]);
    });

    test("a login leads to a page of this site, whatever the address says", async () => {
      for (const next of [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
      ]) {
        await context.clearCookies();
        await page.goto(`/login?next=${encodeURIComponent(next)}`);
        await logIn(PASSWORD);
        await page.waitForURL("/");
        expect(new URL(page.url()).origin).toBe(app.origin);
      }
    });
  });

  test("another site's page can log nobody out and nobody in", async () => {
    await open(true);
    await page.goto("/login");
    const logInUrl = new URL(formAction(await page.content(), "password"), app.origin).href;
    await logIn(PASSWORD);
    await page.getByText(`Hello, ${USERNAME}!`).waitFor();
    const logOutUrl = new URL(formAction(await page.content(), "Log out"), app.origin).href;

    const attacker = createServer((_request, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end(`
        <a id="link" href="${logOutUrl.replaceAll("&", "&amp;")}">a prize</a>
        <form id="out" method="post" action="${logOutUrl}"><button>out</button></form>
        <form id="in" method="post" action="${logInUrl}">
          <input name="username" value="${USERNAME}"><input name="password" value="${PASSWORD}"><button>in</button>
        </form>`);
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void attacker.close());
    await once(attacker, "listening");
    // Another site to the browser: not the same host.
    const elsewhere = `http://localhost:${(attacker.address() as AddressInfo).port}`;

    for (const attack of ["#link", "#out button"]) {
      await page.goto(elsewhere);
      await page.click(attack);
      await page.getByText("This request did not come from this site's own pages.").waitFor();
      await page.goto("/");
      await page.getByText(`Hello, ${USERNAME}!`).waitFor();
    }
    await context.clearCookies();
    await page.goto(elsewhere);
    await page.click("#in button");
    await page.getByText("This request did not come from this site's own pages.").waitFor();
    expect(await context.cookies()).toEqual([]);
  });
});

describe("what other sites send to the quickstart's application", () => {
  const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
  const foreign: readonly (readonly Header[])[] = [
    [["Sec-Fetch-Site", "cross-site"]],
    [["Sec-Fetch-Site", "same-site"]],
    [["Sec-Fetch-Site", "none"]],
    [["Origin", "https://attacker.example"]],
    [["Origin", "null"]],
    [
      ["Sec-Fetch-Site", "cross-site"],
      ["X-Server-Instance", "server-fn:0"],
    ],
    [],
  ];

  /** Somebody who is logged in, and the addresses of the two forms. */
  async function loggedIn() {
    const jar = new CookieJar();
    const logInPath = formAction((await jar.send(app.port, { path: "/login" })).body, "password");
    const answer = await jar.send(app.port, {
      method: "POST",
      path: logInPath,
      headers: formHeaders(app.origin),
      body: form({ username: USERNAME, password: PASSWORD }),
    });
    expect([answer.status, new URL(answer.header("location")!).pathname]).toEqual([303, "/"]);
    const page = await jar.send(app.port, { path: "/" });
    return { jar, logInPath, logOutPath: formAction(page.body, "Log out") };
  }

  const greeting = /Hello, (?:<!--.*?-->)?harry/;

  test.each(METHODS)("changes nothing, on %s", async (method) => {
    const { jar, logInPath, logOutPath } = await loggedIn();
    const before = sessionsKept();
    for (const headers of foreign)
      for (const path of [logOutPath, logInPath]) {
        const body = method === "POST" ? form({ username: USERNAME, password: PASSWORD }) : undefined;
        const type: Header = ["Content-Type", "application/x-www-form-urlencoded"];
        const sent = { method, path, headers: [type, ...headers], ...(body !== undefined && { body }) };
        const withCookie = await jar.send(app.port, sent);
        const without = await send(app.port, sent);
        expect([403, 405]).toContain(withCookie.status);
        expect([403, 405]).toContain(without.status);
        expect([...withCookie.cookies, ...without.cookies]).toEqual([]);
      }
    expect(sessionsKept()).toBe(before);
    expect((await jar.send(app.port, { path: "/" })).body).toMatch(greeting);
  });

  test("a link to a page is let through: it only reads", async () => {
    const { jar } = await loggedIn();
    const answer = await jar.send(app.port, { path: "/", headers: [["Sec-Fetch-Site", "cross-site"]] });
    expect(answer.body).toMatch(greeting);
  });
});

test("a login that fails for another reason than the password gives nothing back in a cookie", async () => {
  const path = formAction((await send(app.port, { path: "/login" })).body, "password");
  const bodies = ["", "username=harry", `username=harry&password=${PASSWORD}&password=x`, "x=%00", "{"];
  for (const body of bodies) {
    const answer = await send(app.port, { method: "POST", path, headers: formHeaders(app.origin), body });
    expect(answer.status).toBe(303);
    expect(answer.header("location")).toMatch(/\/login\?error=invalid$/);
    expect(answer.cookies).toEqual([]);
  }
});

test("while the database does not answer, nobody gets in, and no password comes back", async () => {
  const jar = new CookieJar();
  const path = formAction((await jar.send(app.port, { path: "/login" })).body, "password");
  const database = new DatabaseSync(join(folder, "app.db"));
  onTestFinished(() => {
    database.exec("ALTER TABLE gone RENAME TO coatcheck_sessions");
    database.close();
  });
  database.exec("ALTER TABLE coatcheck_sessions RENAME TO gone");
  const answer = await jar.send(app.port, {
    method: "POST",
    path,
    headers: formHeaders(app.origin),
    body: form({ username: USERNAME, password: PASSWORD, next: "/" }),
  });
  expect(answer.status).toBe(303);
  expect(answer.header("location")).toMatch(/\/login\?error=unavailable&next=%2F$/);
  expect(answer.cookies).toEqual([]);
  const cookie: Header = ["Cookie", `session=${"A".repeat(43)}`];
  const page = await send(app.port, { path: "/", headers: [cookie] });
  expect(page.status).toBeGreaterThanOrEqual(500);
  expect(page.body).not.toMatch(/Hello|coatcheck_sessions|SQL/i);
});
