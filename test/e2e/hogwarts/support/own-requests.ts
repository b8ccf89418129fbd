import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Sent } from "../../support/http.ts";
import { PASSWORD, type Hogwarts } from "./app.ts";

/** A request as Chromium sent it, without its cookies. */
export interface OwnRequest extends Sent {
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What the application itself sends, and what others would have to name to attack it. */
export interface OwnRequests {
  readonly all: readonly OwnRequest[];
  /** Ids of the server functions, as the application's pages carry them. */
  readonly login: string;
  readonly logout: string;
  readonly students: string;
  /** The arguments of the query that loads Slytherin's students, as they stand in a URL. */
  readonly studentsArguments: string;
}

const NOT_OURS = new Set(["cookie", "host", "content-length", "connection", "accept-encoding"]);

/** Walks through the application with and without JavaScript and writes down every request to it. */
export async function recordOwnRequests(browser: Browser, app: Hogwarts): Promise<OwnRequests> {
  const all: OwnRequest[] = [];
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ baseURL: app.origin, javaScriptEnabled });
    const pending = record(context, all);
    await walk(await context.newPage(), javaScriptEnabled);
    await Promise.all(pending);
    await context.close();
  }
  // A form without JavaScript names its function in the URL. A script may be too slow for a click, and may call more.
  const forms = all.filter(({ method, path }) => method === "POST" && path.startsWith("/_server?id="));
  const students = all.find(({ path }) => path.startsWith("/_server?") && path.includes("slytherin"));
  return {
    all,
    login: parameterOf(
      forms.find(({ body }) => body?.includes("password=")),
      "id",
    ),
    logout: parameterOf(
      forms.find(({ body }) => !body?.includes("password=")),
      "id",
    ),
    students: parameterOf(students, "id"),
    studentsArguments: parameterOf(students, "args"),
  };
}

function parameterOf(request: OwnRequest | undefined, name: string): string {
  const value = request && new URL(request.path, "http://localhost").searchParams.get(name);
  if (typeof value !== "string")
    throw new Error("The walk through the application missed a server function.");
  return value;
}

function record(context: BrowserContext, all: OwnRequest[]): Promise<void>[] {
  const pending: Promise<void>[] = [];
  context.on("requestfinished", (request) => {
    // Whoever sent it again would wait for its end.
    if (request.resourceType() === "eventsource") return;
    const { pathname, search } = new URL(request.url());
    const add = async () => {
      const headers = Object.entries(await request.allHeaders());
      const body = request.postData();
      all.push({
        method: request.method(),
        path: pathname + search,
        headers: headers.filter(([name]) => !NOT_OURS.has(name)),
        ...(body === null ? {} : { body }),
      });
    };
    pending.push(add());
  });
  return pending;
}

async function walk(page: Page, javaScriptEnabled: boolean): Promise<void> {
  await page.goto("/");
  if (javaScriptEnabled) await page.waitForLoadState("networkidle");
  for (const password of ["wrong", PASSWORD]) {
    await page.getByLabel("Username").fill("headmaster");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText(password === PASSWORD ? "Welcome, Albus" : "Invalid login").waitFor();
  }
  await page.getByRole("navigation").getByRole("link", { name: "Slytherin" }).click();
  await page.getByText("Draco Malfoy").waitFor();
  await page.getByRole("link", { name: "Account" }).click();
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  await page.getByRole("link", { name: "Your devices" }).click();
  await page.getByRole("heading", { name: "Your devices" }).waitFor();
  await page.getByRole("link", { name: "Staff room" }).click();
  await page.getByRole("heading", { name: "Staff room" }).waitFor();
  await page.goto("/api/slytherin/admin");
  await page.goto("/nowhere");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Password").waitFor();
  if (javaScriptEnabled) await page.waitForLoadState("networkidle");
}
