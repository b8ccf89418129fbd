import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { goBack, sessionCookies } from "./support/browser.ts";
import { leftFor, newDevice, open, openDevices, type Device } from "./support/device.ts";

const ROUNDS = 3;

let app: Hogwarts;
let browser: Browser;
let devices: Device[];

beforeAll(async () => {
  [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

beforeEach(() => {
  devices = [];
});

afterEach(async () => {
  for (const { page, context } of devices) {
    await page.goto("/");
    const logout = page.getByRole("button", { name: "Log out", exact: true });
    if (await logout.isVisible()) await logout.click();
    await page.getByLabel("Password").waitFor();
    await context.close();
  }
  const problems = devices.flatMap((one) => one.problems);
  if (problems.length > 0) throw new Error(`The console is not empty:\n${problems.join("\n")}`);
});

async function device(options: Parameters<typeof newDevice>[2] = {}): Promise<Device> {
  const one = await newDevice(browser, app, options);
  devices.push(one);
  return one;
}

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

describe.each([
  { name: "with JavaScript", javaScriptEnabled: true },
  { name: "without JavaScript", javaScriptEnabled: false },
])("the devices, for a visitor $name", ({ javaScriptEnabled }) => {
  test("are listed with what each is, whence and since when, this one first", async () => {
    await device({ userAgent: IPHONE });
    await device({ username: "student-slytherin" });
    const { page } = await device({ userAgent: FIREFOX, javaScriptEnabled });
    const cards = await openDevices(page);
    expect(await cards.allInnerTexts()).toEqual([
      expect.stringMatching(
        /^Firefox on Linux\s+This device\. Logged in less than a minute ago, last seen now, from 127\.0\.0\.1\./,
      ),
      expect.stringMatching(
        /^Safari on an iPhone\s+Logged in less than a minute ago, last seen less than a minute ago, from 127\.0\.0\.1\./,
      ),
    ]);
  });

  test("are logged out one by one, all others, and all together", async () => {
    const { page } = await device({ javaScriptEnabled });
    const others = [
      await device({ javaScriptEnabled }),
      await device({ javaScriptEnabled }),
      await device({ javaScriptEnabled }),
    ];
    let cards = await openDevices(page);
    await cards.last().getByRole("button").click();
    await page.getByText("That device is logged out.").waitFor();
    expect(await cards.count()).toBe(3);

    await page.getByRole("button", { name: "Log out all other devices" }).click();
    await page.getByText("All other devices are logged out.").waitFor();
    expect(await cards.count()).toBe(1);
    expect(await page.getByRole("button", { name: "Log out all other devices" }).count()).toBe(0);
    for (const other of others) {
      await other.page.goto("/houses/slytherin");
      await other.page.waitForURL(/\/login/);
    }

    const again = await device({ javaScriptEnabled });
    cards = await openDevices(page);
    await page.getByRole("button", { name: "Log out everywhere" }).click();
    expect(await leftFor(page)).toEqual([]);
    expect(await sessionCookies(page.context())).toEqual([]);
    await again.page.goto("/houses/slytherin");
    await again.page.waitForURL(/\/login/);
  });

  test("include this one, whose button is a logout", async () => {
    const { page, context } = await device({ javaScriptEnabled });
    const cards = await openDevices(page);
    await cards.first().getByRole("button", { name: "Log out here" }).click();
    expect(await leftFor(page)).toEqual([]);
    expect(await sessionCookies(context)).toEqual([]);
  });

  test("do not include somebody else's, whatever the form is made to say", async () => {
    const victim = await device({ username: "headmaster" });
    await openDevices(victim.page);
    const id = await victim.page.locator("input[name=id]").inputValue();
    const { page } = await device({ javaScriptEnabled });
    await device();
    const cards = await openDevices(page);
    for (const forged of [id, id.slice(1), `${id}x`, "", "%", "__proto__", "x".repeat(5000)]) {
      // By the driver: the visitor's own form, with another value in it.
      await cards
        .last()
        .locator("input[name=id]")
        .evaluate((input, value) => input.setAttribute("value", value), forged);
      await cards.last().getByRole("button").click();
      await page.getByText("That device was logged out already.").waitFor();
      expect(await cards.count()).toBe(2);
      await openDevices(page);
    }
    await victim.page.goto("/houses/slytherin");
    await victim.page.getByText("Draco Malfoy").waitFor();
  });
});

test("an open tab of a device that is logged out leaves at once, and so does another tab of its browser", async ({
  task,
}) => {
  const { page } = await device();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const other = await device();
    const tabs = [other.page, await open(await other.context.newPage(), "/houses/gryffindor")];
    const cards = await openDevices(page);
    expect(await cards.count()).toBe(2);

    const start = performance.now();
    await cards.last().getByRole("button", { name: "Log out there" }).click();
    await Promise.all(tabs.map((tab) => tab.waitForURL(/\/login$/, { waitUntil: "commit" })));
    times.push(Math.round(performance.now() - start));

    for (const tab of tabs) expect(await leftFor(tab)).toEqual([]);
    await goBack(other.page);
    await other.page.getByLabel("Password").waitFor();
    expect(await other.page.locator("body").innerText()).not.toContain("Hermione Granger");
  }
  task.meta.note = `${times.join(", ")} ms from the click on one device until both tabs of the other are on the login page`;
  expect(times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]).toBeLessThan(1000);
});

test("as many tabs as a visitor likes stay usable, and all of them leave", async () => {
  const { page } = await device({ username: "headmaster" });
  const other = await device({ username: "headmaster" });
  const tabs = [other.page];
  // More than a browser opens connections to one site over HTTP/1.1.
  for (let more = 0; more < 7; more++)
    tabs.push(await open(await other.context.newPage(), "/houses/gryffindor"));
  // The first of them has the stream that the others rely on.
  await other.page.close();
  await tabs[1]!.getByRole("link", { name: "Slytherin" }).click();
  await tabs[1]!.getByText("Draco Malfoy").waitFor();

  await openDevices(page);
  await page.getByRole("button", { name: "Log out all other devices" }).click();
  for (const tab of tabs.slice(1)) expect(await leftFor(tab)).toEqual([]);
  devices[1] = { ...other, page: tabs[1]! };
});

test("a tab stays when its visitor logs in again, and when somebody else is logged out", async () => {
  const { page, context } = await device({ username: "headmaster" });
  const tab = await open(await context.newPage(), "/houses/hufflepuff");
  await open(page, "/login");
  await page.getByLabel("Username").fill("headmaster");
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  const stranger = await device({ username: "student-slytherin" });
  await openDevices(stranger.page);
  await stranger.page.getByRole("button", { name: "Log out everywhere" }).click();
  await leftFor(stranger.page);

  await tab.getByRole("link", { name: "Ravenclaw" }).click();
  await tab.getByText("Luna Lovegood").waitFor();
  expect(new URL(tab.url()).pathname).toBe("/houses/ravenclaw");
});
