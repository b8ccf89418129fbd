import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPostgres } from "../../support/postgres.ts";
import { startRedis } from "../../support/redis.ts";
import type { TestServer } from "../../support/server.ts";
import { launchBrowser } from "../support/browser.ts";
import { sessionCookies } from "./support/browser.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { leftFor, newDevice, open, openDevices } from "./support/device.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

const NEXT = "a phrase that nobody has guessed";

let postgres: TestServer;
let redis: TestServer;
let browser: Browser;

beforeAll(async () => {
  [postgres, redis, browser] = await Promise.all([
    startPostgres({ fsync: "off" }),
    startRedis({ appendonly: "everysec" }),
    launchBrowser(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([postgres?.stop(), redis?.stop()]);
});

/** How else the application can be configured than the other tests have it. */
const backends = [
  { name: "users and sessions in PostgreSQL", env: () => ({ DATABASE_URL: postgres.url }), shared: true },
  {
    name: "users in PostgreSQL, sessions in Redis",
    env: () => ({ DATABASE_URL: postgres.url, SESSION_STORE: redis.url }),
    shared: true,
  },
  { name: "sealed sessions", env: () => ({ SESSION_STORE: "cookie" }), shared: false },
  { name: "a database in memory", env: () => ({ DATABASE_URL: ":memory:" }), shared: false },
];

describe.each(backends)("with $name", ({ env, shared }) => {
  let nodes: Hogwarts[];

  beforeAll(async () => {
    nodes = await Promise.all(Array.from({ length: shared ? 2 : 1 }, () => startHogwarts({ env: env() })));
  });

  afterAll(async () => {
    for (const node of nodes ?? []) await node.stop();
  });

  test("a visitor logs in, looks around and logs out, and the API tells users from others", async () => {
    const [app] = nodes as [Hogwarts];
    const refused = await visitor(app).login("student-gryffindor", "not the password");
    expect(refused.header("location")).toMatch(/^\/login\?error=invalid/);

    const { page, context, problems } = await newDevice(browser, app, { username: "headmaster" });
    await page.getByRole("navigation").getByRole("link", { name: "Slytherin" }).click();
    await page.getByText("Draco Malfoy").waitFor();
    const [cookie] = await sessionCookies(context);
    const headers = [["Cookie", `${cookie!.name}=${cookie!.value}`]] as const;
    const students = () => visitor(app).send({ path: "/api/slytherin/admin", headers });
    expect((await students()).status).toBe(200);

    await page.getByRole("button", { name: "Log out", exact: true }).click();
    expect(await leftFor(page)).toEqual([]);
    expect(await sessionCookies(context)).toEqual([]);
    // A sealed session is over where its cookie is gone, and nowhere else.
    const isSealed = cookie!.value.startsWith("s1.");
    expect((await students()).status).toBe(isSealed ? 200 : 401);
    await context.close();
    expect(problems).toEqual([]);
  });

  test("a password is changed, an account disabled and enabled again, and the staff read of it", async () => {
    const [app] = nodes as [Hogwarts];
    const [professor, elsewhere] = [
      await loggedIn(app, "professor-gryffindor"),
      await loggedIn(app, "minerva.mcgonagall@hogwarts.example"),
    ];
    const marks = await professor.send({ path: "/api/gryffindor/admin" });
    expect(JSON.parse(marks.body)).toContainEqual({
      id: 2,
      name: "Hermione Granger",
      house: "gryffindor",
      year: 3,
      mark: "O",
    });
    for (const [current, password] of [
      [PASSWORD, NEXT],
      [NEXT, PASSWORD],
    ] as const) {
      const changed = await professor.submit("/account", "new-password", { current, password });
      expect(changed.header("location")).toBe("/account?done=password");
    }
    expect((await elsewhere.send({ path: "/account" })).status).toBe(302);
    expect((await professor.send({ path: "/account" })).status).toBe(200);

    const headmaster = await loggedIn(app, "headmaster");
    const reason = 'It\'s "only" a test; drop table users';
    const changeAccess = (to: string) => headmaster.submit("/staff", "Reason", { user: "3", to, reason });
    expect((await changeAccess("disabled")).header("location")).toBe("/staff?done=disabled");
    expect((await professor.send({ path: "/account" })).status).toBe(302);
    expect((await visitor(app).login("professor-gryffindor")).header("location")).toMatch(/error=invalid/);
    expect((await changeAccess("enabled")).header("location")).toBe("/staff?done=enabled");
    await loggedIn(app, "professor-gryffindor");
    await expect
      .poll(async () => (await headmaster.send({ path: "/staff" })).body, { timeout: 10_000 })
      .toMatch(/Account enabled.*Failed login.*Account disabled.*Password changed.*Password changed/s);
  });

  if (!shared) return;
  test("nodes share the sessions, and a revocation on one closes a tab on another", async ({ task }) => {
    const [one, other] = nodes as [Hogwarts, Hogwarts];
    const [here, there] = [await newDevice(browser, one), await newDevice(browser, one)];
    // Cookies know no ports: the same session on the other node.
    const tab = await open(await there.context.newPage(), `${other.origin}/houses/gryffindor`);
    await tab.getByText("Oliver Wood").waitFor();

    const cards = await openDevices(here.page);
    expect(await cards.count()).toBe(2);
    const start = performance.now();
    await cards.last().getByRole("button", { name: "Log out there" }).click();
    await tab.waitForURL(/\/login$/, { waitUntil: "commit" });
    task.meta.note = `${Math.round(performance.now() - start)} ms from the click until a tab on another node is on the login page`;
    expect(await leftFor(there.page)).toEqual([]);
    await here.page.getByText("That device is logged out.").waitFor();
    expect([...here.problems, ...there.problems]).toEqual([]);

    await one.crashAndRestart();
    await open(here.page, `${other.origin}/`);
    await open(here.page, `${one.origin}/`);
    await here.page.getByText("Hermione Granger").waitFor();
    await Promise.all([here, there].map(({ context }) => context.close()));
  });
});

describe.each([
  { name: "with JavaScript", javaScriptEnabled: true },
  { name: "without JavaScript", javaScriptEnabled: false },
])("while the store of the sessions does not answer, a visitor $name", ({ javaScriptEnabled }) => {
  let app: Hogwarts;

  beforeAll(async () => {
    app = await startHogwarts({ env: { SESSION_STORE: redis.url, SESSION_STORE_TIMEOUT: undefined } });
  });

  afterAll(async () => {
    redis.resume();
    await app?.stop();
  });

  test("is told to come back in a moment, neither let in nor logged out", async () => {
    const { page, context } = await newDevice(browser, app, { javaScriptEnabled });
    const api = await loggedIn(app, "student-gryffindor");
    const devices = await (await openDevices(page)).count();
    redis.pause();
    // The cache notices by the heartbeat of its channel, within 2 seconds, that it does not hear of revocations any more.
    await expect
      .poll(async () => (await api.send({ path: "/api/slytherin/admin" })).status, { timeout: 10_000 })
      .toBe(503);
    const refused = await api.send({ path: "/api/slytherin/admin" });
    expect(JSON.parse(refused.body)).toEqual({ error: "unavailable" });
    expect(refused.header("retry-after")).toBe("2");
    expect((await api.send({ path: "/api/session/events" })).status).toBe(503);
    expect((await visitor(app).send({ path: "/login" })).status).toBe(200);
    expect((await visitor(app).login("headmaster")).header("location")).toMatch(
      /^\/login\?error=unavailable/,
    );

    const answered = page.waitForResponse((answer) => answer.url().includes("/_server"));
    await page.getByRole("button", { name: "Log out all other devices" }).click();
    // A browser without JavaScript is sent back to the page, which then says it.
    expect((await answered).status()).toBe(javaScriptEnabled ? 503 : 302);
    if (javaScriptEnabled) {
      await page.getByText("That did not work, and nobody was logged out.").waitFor();
      await page.getByRole("button", { name: "Log out", exact: true }).click();
      await page.getByText("You are still logged in").waitFor();
      await page.getByRole("link", { name: "Gryffindor" }).click();
      await page.getByText("Error 503").waitFor();
      await page.getByText("The porter cannot find the book of visitors.").waitFor();
    }
    for (const path of ["/", "/account/sessions", "/login"]) {
      await expect.poll(async () => (await page.goto(path))!.status(), { timeout: 10_000 }).toBe(503);
      await page.waitForLoadState("networkidle");
      const text = await page.locator("body").innerText();
      expect(text).toContain("Error 503");
      expect(text).not.toContain("Ginny");
    }

    redis.resume();
    // Somebody logged out would stay on the login page. One answer that comes too late is possible on a busy machine.
    await expect
      .poll(async () => [await (await openDevices(page)).count(), new URL(page.url()).pathname], {
        timeout: 10_000,
      })
      .toEqual([devices, "/account/sessions"]);
    await page.getByRole("button", { name: "Log out everywhere" }).click();
    expect(await leftFor(page)).toEqual([]);
    expect((await api.send({ path: "/api/slytherin/admin" })).status).toBe(401);
    await context.close();
  });
});
