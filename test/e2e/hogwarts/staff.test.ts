import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { form, formAction, formHeaders, type Header } from "../support/http.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { breakTables, withDatabase } from "./support/database.ts";
import { leftFor, newDevice, open } from "./support/device.ts";
import { loggedIn, visitor } from "./support/visitor.ts";

const DRACO = 2;
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** What is written behind an answer is there soon, and later on a busy machine. */
const PATIENT = { timeout: 20_000 };

let app: Hogwarts;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

const part = (page: Page, name: string) =>
  page.getByRole("region", { name, exact: true }).getByRole("listitem");
const accountOf = (page: Page, name: string) => part(page, "Accounts").filter({ hasText: name });

/** Types why and presses the button; the password was typed when the headmaster logged in. */
async function changeAccess(page: Page, name: string, button: "Disable" | "Enable"): Promise<void> {
  await open(page, "/staff");
  await accountOf(page, name).getByLabel("Reason").fill("Hexed the caretaker's cat");
  await accountOf(page, name).getByRole("button", { name: button }).click();
}

function isDisabled(database: string, id = DRACO): boolean {
  return withDatabase(
    database,
    (db) => db.prepare("select disabled_at from users where id = ?").get(id)!["disabled_at"] !== null,
  );
}

/** Waits until the latest events, which are written behind the answers, are these. */
async function untilEvents(page: Page, expected: readonly RegExp[]): Promise<void> {
  const texts = async () => {
    await page.reload();
    const all = await part(page, "What happened").allInnerTexts();
    return all.slice(0, expected.length).map((text) => text.replaceAll(/\s+/g, " "));
  };
  await expect.poll(texts, PATIENT).toEqual(expected.map((each) => expect.stringMatching(each)));
}

describe.each([
  { how: "with JavaScript", javaScriptEnabled: true },
  { how: "without JavaScript", javaScriptEnabled: false },
])("the staff room, $how,", ({ javaScriptEnabled }) => {
  beforeEach(() => {
    withDatabase(app.database, (database) =>
      database.exec("delete from coatcheck_sessions where user_id is not null; delete from auth_events"),
    );
  });

  test("shows who is logged in, and ends a session whose tab leaves at once", async () => {
    const student = await newDevice(browser, app, { userAgent: IPHONE });
    const { page, context, problems } = await newDevice(browser, app, {
      username: "headmaster",
      javaScriptEnabled,
    });
    await open(page, "/staff");
    const sessions = part(page, "Logged in");
    expect(await sessions.allInnerTexts()).toEqual([
      expect.stringMatching(
        /^Albus Dumbledore, Chrome on Linux\s+This device\. Logged in less than a minute ago by password, last seen now, from 127\.0\.0\.1\.\s+End the session$/,
      ),
      expect.stringMatching(
        /^Ginny Weasley, Safari on an iPhone\s+Logged in less than a minute ago by password, last seen less than a minute ago, from 127\.0\.0\.1\./,
      ),
    ]);

    await sessions.last().getByRole("button", { name: "End the session" }).click();
    await page.getByText("That session is over.").waitFor();
    expect(await leftFor(student.page)).toEqual([]);
    expect(await sessions.count()).toBe(1);
    await untilEvents(page, [/Session ended Ginny Weasley, by headmaster/]);

    await sessions.first().getByRole("button", { name: "End the session" }).click();
    expect(await leftFor(page)).toEqual([]);
    await Promise.all([student, { context }].map((each) => each.context.close()));
    expect([...problems, ...student.problems]).toEqual([]);
  });

  test("disables an account, whose tabs leave and whose requests any node refuses, and enables it again", async () => {
    const username = "student-slytherin";
    const other = await startHogwarts({ env: { DATABASE_URL: `file:${app.database}` } });
    const draco = [await newDevice(browser, app, { username }), await newDevice(browser, app, { username })];
    const elsewhere = await loggedIn(other, username);
    const { page, context, problems } = await newDevice(browser, app, {
      username: "headmaster",
      javaScriptEnabled,
    });

    await changeAccess(page, "Draco Malfoy", "Disable");
    await page.getByText("The account is disabled, and all of its sessions are over.").waitFor();
    for (const device of draco) expect(await leftFor(device.page)).toEqual([]);
    expect((await elsewhere.send({ path: "/" })).header("location")).toBe("/login?next=%2F");
    expect((await elsewhere.send({ path: "/api/slytherin/admin" })).status).toBe(401);
    // It is the answer of a wrong password.
    for (const node of [app, other]) {
      const refused = await visitor(node).login(username);
      expect(refused.header("location")).toBe(`/login?error=invalid&username=${username}`);
    }
    expect(await accountOf(page, "Draco Malfoy").innerText()).toContain("Disabled.");
    await untilEvents(page, [
      /Failed login Draco Malfoy, invalid 127\.0\.0\.1$/,
      /Failed login Draco Malfoy, invalid 127\.0\.0\.1$/,
      /Account disabled Draco Malfoy, by headmaster: Hexed the caretaker's cat$/,
      /Sessions ended Draco Malfoy$/,
    ]);

    await changeAccess(page, "Draco Malfoy", "Enable");
    await page.getByText("The account is enabled again.").waitFor();
    await loggedIn(other, username);
    await untilEvents(page, [/Login Draco Malfoy/, /Account enabled Draco Malfoy, by headmaster: Hexed/]);
    await Promise.all([...draco, { context }].map((each) => each.context.close()));
    await other.stop();
    expect([...problems, ...draco.flatMap((each) => each.problems)]).toEqual([]);
  });

  test("has no form for the headmaster's own account", async () => {
    const { page, context } = await newDevice(browser, app, { username: "headmaster", javaScriptEnabled });
    await open(page, "/staff");
    expect(await part(page, "Accounts").count()).toBe(4);
    expect(await accountOf(page, "Albus Dumbledore").getByRole("button").count()).toBe(0);
    expect(await accountOf(page, "Ginny Weasley").getByRole("button").count()).toBe(1);
    await context.close();
  });
});

describe("the forms of the staff room, sent by hand,", () => {
  /** The action of the form in the headmaster's page, as whoever has seen it once knows it. */
  async function actions() {
    const { body } = await (await loggedIn(app, "headmaster")).send({ path: "/staff" });
    return { end: formAction(body, "End the session"), access: formAction(body, "Reason") };
  }

  /** The public id of Draco's latest session. */
  function sessionOfDraco(): string {
    return withDatabase(
      app.database,
      (database) =>
        database
          .prepare("select id from coatcheck_sessions where user_id = '2' order by created_at desc")
          .get()!["id"] as string,
    );
  }

  /** Sends it as a browser without JavaScript does, and as a script. */
  async function sendBoth(username: string | undefined, action: string, fields: Record<string, string>) {
    const who = username === undefined ? visitor(app) : await loggedIn(app, username);
    const id = new URL(action, app.origin).searchParams.get("id")!;
    const script: Header[] = [
      ["X-Server-Id", id],
      ["X-Server-Instance", "server-fn:0"],
    ];
    const own = { method: "POST", body: form(fields) };
    const byScript = await who.send({
      ...own,
      path: "/_server",
      headers: [...formHeaders(app.origin), ...script],
    });
    const byForm = await who.send({ ...own, path: action, headers: formHeaders(app.origin) });
    return { byScript, byForm };
  }

  test("do nothing for students, professors and visitors who are not logged in", async () => {
    const { end, access } = await actions();
    const victim = await loggedIn(app, "student-slytherin");
    const id = sessionOfDraco();
    for (const who of ["student-gryffindor", "professor-gryffindor", undefined])
      for (const [action, fields] of [
        [end, { id, user: String(DRACO) }],
        [access, { user: String(DRACO), to: "disabled", reason: "because" }],
      ] as const) {
        const { byScript, byForm } = await sendBoth(who, action, fields);
        const refused = who === undefined ? byScript.header("location") : byScript.status;
        expect(refused).toBe(who === undefined ? "/login?next=%2Fstaff" : 403);
        expect(byForm.header("location") ?? "").not.toContain("done=");
      }
    expect((await victim.send({ path: "/account" })).status).toBe(200);
    expect(isDisabled(app.database)).toBe(false);
  });

  test("do not let the headmaster disable the own account, nor anybody without a reason", async () => {
    const { access } = await actions();
    const own = await sendBoth("headmaster", access, { user: "4", to: "disabled", reason: "tired" });
    expect(own.byScript.status).toBe(403);
    const reasonless = await sendBoth("headmaster", access, { user: "2", to: "disabled", reason: " \t " });
    expect(reasonless.byForm.header("location")).toBe("/staff?done=unchanged");
    for (const [user, to] of [
      ["", "disabled"],
      ["x", "disabled"],
      ["1e9", "disabled"],
      ["999999999", "disabled"],
      ["99999999999999999999", "disabled"],
      ["2; drop table users", "disabled"],
      ["-1", "disabled"],
      ["2", "dismissed"],
      ["2", ""],
    ] as const) {
      const { byForm } = await sendBoth("headmaster", access, { user, to, reason: "because" });
      expect(byForm.header("location")).toBe("/staff?done=unchanged");
    }
    expect([1, 2, 3, 4].map((id) => isDisabled(app.database, id))).toEqual([false, false, false, false]);
  });

  test("end no session of another user's than the form names", async () => {
    const { end } = await actions();
    const victim = await loggedIn(app, "student-slytherin");
    const id = sessionOfDraco();
    for (const fields of [
      { id, user: "1" },
      { id: "x", user: "2" },
      { id: "", user: "2" },
      { id: "__proto__", user: "1" },
    ]) {
      const { byForm } = await sendBoth("headmaster", end, fields);
      expect(byForm.header("location")).toBe("/staff?done=ended-before");
    }
    expect((await victim.send({ path: "/account" })).status).toBe(200);
  });
});

describe("the record of events", () => {
  test("tells what happened, to whom, and whence, and nothing that was typed", async () => {
    withDatabase(app.database, (database) => database.exec("delete from auth_events"));
    const who = await loggedIn(app, "student-gryffindor");
    await who.send({ path: "/houses/slytherin" });
    // Whoever is not logged in is sent to the login page all day long.
    await visitor(app).send({ path: "/staff" });
    await visitor(app).login("student-gryffindor", "a mistyped password");
    await visitor(app).login("nobody-of-this-name", "another password");
    await who.logout();
    const rows = () =>
      withDatabase(app.database, (database) =>
        database
          .prepare("select type, user_id, address, detail from auth_events order by id")
          .all()
          .map((row) => Object.values(row)),
      );
    const address = "127.0.0.1";
    await expect.poll(rows, PATIENT).toEqual([
      ["login", "1", address, "on a new device"],
      ["denied", "1", address, "students:list"],
      ["login-failed", "1", address, "invalid"],
      ["login-failed", null, address, "invalid"],
      ["logout", "1", null, null],
    ]);
  });

  test("keeps the latest ten thousand", async () => {
    const node = await startHogwarts({
      fill: (path) =>
        withDatabase(path, (database) => {
          database.exec("begin");
          const insert = database.prepare("insert into auth_events (id, at, type) values (?, ?, 'login')");
          for (let n = 0; n < 12_000; n++) {
            const at = new Date(1_700_000_000_000 + n).toISOString();
            insert.run(`${at}-000000-test`, at);
          }
          database.exec("commit");
        }),
    });
    await visitor(node).login("headmaster", "wrong");
    const count = () =>
      withDatabase(node.database, (database) => ({
        ...database
          .prepare("select count(*) as count, max(type) as last, min(id) as first from auth_events")
          .get(),
      }));
    await expect
      .poll(count, PATIENT)
      .toEqual({ count: 10_000, last: "login-failed", first: "2023-11-14T22:13:22.001Z-000000-test" });
    await node.stop();
  });

  test("stops no visitor when it cannot be written", async () => {
    const mend = breakTables(app.database, ["auth_events"]);
    const who = await loggedIn(app, "student-gryffindor");
    expect((await who.send({ path: "/" })).status).toBe(200);
    await who.logout();
    await expect.poll(() => app.log(), PATIENT).toContain("authentication events are lost");
    mend();
    await loggedIn(app, "student-gryffindor");
    const last = () =>
      withDatabase(
        app.database,
        (database) => database.prepare("select type from auth_events order by id desc").get()!["type"],
      );
    await expect.poll(last, PATIENT).toBe("login");
  });
});

test("with sealed sessions the staff room says that there is no list, and a disabled account is refused", async () => {
  const sealed = await startHogwarts({ env: { SESSION_STORE: "cookie" } });
  const draco = await loggedIn(sealed, "student-slytherin");
  const { page, context, problems } = await newDevice(browser, sealed, { username: "headmaster" });
  await open(page, "/staff");
  await page.getByText("keeps no list of them").waitFor();
  expect(await page.getByRole("button", { name: "End the session" }).count()).toBe(0);
  expect((await draco.send({ path: "/account" })).status).toBe(200);

  await changeAccess(page, "Draco Malfoy", "Disable");
  await page.getByText("The account is disabled").waitFor();
  expect((await draco.send({ path: "/account" })).status).toBe(302);
  expect((await draco.send({ path: "/api/slytherin/admin" })).status).toBe(401);
  expect((await visitor(sealed).login("student-slytherin", PASSWORD)).header("location")).toMatch(
    /error=invalid/,
  );
  await context.close();
  await sealed.stop();
  expect(problems).toEqual([]);
});
