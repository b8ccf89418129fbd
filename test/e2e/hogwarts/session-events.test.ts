import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endingEvents } from "../../../examples/hogwarts/src/lib/session-events.ts";
import { createSessions } from "../../../src/sessions.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { StoreChange } from "../../../src/stores/store.ts";
import { testExchange } from "../../../src/testing/exchange.ts";
import { launchBrowser } from "../support/browser.ts";
import { send } from "../support/http.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { withDatabase } from "./support/database.ts";
import { leftFor, newDevice, open } from "./support/device.ts";
import { sessionMaker, type SessionMaker } from "./support/sessions.ts";
import { loggedIn } from "./support/visitor.ts";

const PATH = "/api/session/events";
const USER = 1;

describe("the stream", () => {
  let app: Hogwarts;
  let maker: SessionMaker;

  beforeAll(async () => {
    app = await startHogwarts();
    maker = sessionMaker(app);
  });

  afterAll(async () => {
    await maker?.close();
    await app?.stop();
  });

  /** Opens the stream of a session and reads on until it is closed. */
  async function listen(
    cookie: string,
  ): Promise<{ head: IncomingMessage; text: () => string; closed: Promise<Error | undefined> }> {
    const outgoing = request({
      host: "127.0.0.1",
      port: app.port,
      path: PATH,
      headers: { cookie },
      agent: false,
    });
    outgoing.end();
    const [head] = (await once(outgoing, "response")) as [IncomingMessage];
    let text = "";
    let error: Error | undefined;
    head.on("error", (thrown: Error) => (error = thrown));
    const closed = new Promise<Error | undefined>((resolve) => head.once("close", () => resolve(error)));
    head.setEncoding("utf8").on("data", (part: string) => (text += part));
    return { head, text: () => text, closed };
  }

  test("is for users only, and kept by no cache and no proxy", async () => {
    const anonymous = await send(app.port, { path: PATH });
    expect([anonymous.status, JSON.parse(anonymous.body)]).toEqual([401, { error: "unauthenticated" }]);
    const who = await loggedIn(app, "headmaster");
    expect((await who.send({ method: "HEAD", path: PATH })).status).toBe(200);

    const { head } = await listen(who.cookie()!);
    expect(head.statusCode).toBe(200);
    expect(head.headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": expect.stringContaining("no-store"),
      "x-accel-buffering": "no",
    });
    expect(head.headers["set-cookie"]).toBeUndefined();
    head.destroy();
  });

  test("says nothing until the session ends in another process, then says so and is closed", async () => {
    const [ends, stays] = [await maker.cookieOf(USER), await maker.cookieOf(USER)];
    const [one, other] = [await listen(ends), await listen(stays)];
    await maker.revoke(ends);
    await one.closed;
    expect(one.text()).toMatch(/^retry: \d{4}\n\nevent: ended\ndata: The session has ended\.\n\n$/);
    expect(other.text()).toMatch(/^retry: \d{4}\n\n$/);
    other.head.destroy();
  });

  test("does not keep its server from ending", async ({ task }) => {
    const streams = await Promise.all(
      Array.from({ length: 20 }, async () => listen(await maker.cookieOf(USER))),
    );
    const start = performance.now();
    await app.restart();
    expect(await Promise.all(streams.map(({ closed }) => closed))).toEqual(streams.map(() => undefined));
    const took = performance.now() - start;
    task.meta.note = `${Math.round(took)} ms for a server with 20 open streams to end and to be back`;
    // Of its own accord it would wait 5 seconds for them.
    expect(took).toBeLessThan(4500);
    for (const { text } of streams) expect(text()).not.toContain("ended");
  });
});

test("a stream whose visitor has gone, however, leaves nobody listening", async () => {
  let watchers = 0;
  const store = memoryStore();
  const sessions = createSessions<{ userId: number }>({
    store: {
      ...store,
      async watch(listener: (change: StoreChange) => void) {
        watchers += 1;
        const watch = await store.watch(listener);
        return { ...watch, stop: () => ((watchers -= 1), watch.stop()) };
      },
    },
  });
  const session = await sessions.open(testExchange());
  await session.update({ userId: USER });
  const listenTo = (onEnd: () => void) => sessions.onRevoked(session.id!, onEnd);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const sigterms = process.listenerCount("SIGTERM");

  for (let round = 0; round < 100; round++) {
    const aborted = new AbortController();
    const [byAbort, byCancel, atOnce] = await Promise.all([
      endingEvents(listenTo, aborted.signal),
      endingEvents(listenTo, new AbortController().signal),
      endingEvents(listenTo, AbortSignal.abort()),
    ]);
    expect(watchers).toBe(1);
    aborted.abort();
    await byCancel.body!.cancel();
    await settled();
    expect(watchers).toBe(0);
    expect(await atOnce.text()).toBe("");
    expect(await byAbort.text()).toMatch(/^retry: \d+\n\n$/);
  }
  await expect(
    endingEvents(() => Promise.reject(new Error("down")), new AbortController().signal),
  ).rejects.toThrow("down");
  expect(process.listenerCount("SIGTERM")).toBe(sigterms);
});

describe("an open tab", () => {
  let browser: Browser;
  let app: Hogwarts;

  beforeAll(async () => {
    [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  test("whose session ended while the server was gone leaves when it is back, and asks little meanwhile", async ({
    task,
  }) => {
    const { page, context } = await newDevice(browser, app);
    const asked: string[] = [];
    context.on("request", (sent) => sent.url().endsWith(PATH) && asked.push(sent.method()));
    await open(page, "/houses/gryffindor");
    await app.crashAndRestart(() =>
      withDatabase(app.database, (database) => database.exec("delete from coatcheck_sessions")),
    );
    const start = performance.now();
    await page.waitForURL(/\/login$/);
    expect(await leftFor(page)).toEqual([]);
    task.meta.note = `${Math.round(performance.now() - start)} ms after a restart until a tab has left, ${asked.length} requests for events`;
    expect(asked.length).toBeLessThanOrEqual(6);
    await context.close();
  });

  test("asks for no events where sessions are sealed, and the page of the devices says why there are none", async () => {
    const sealed = await startHogwarts({ env: { SESSION_STORE: "cookie" } });
    const { page, context, problems } = await newDevice(browser, sealed);
    const asked: string[] = [];
    context.on("request", (sent) => sent.url().endsWith(PATH) && asked.push(sent.url()));
    await open(page, "/account/sessions");
    await page.getByText("seals sessions into its visitors' cookies").waitFor();
    expect(await page.getByRole("button", { name: /everywhere|other/ }).count()).toBe(0);
    expect(asked).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
    expect((await (await loggedIn(sealed, "headmaster")).send({ path: PATH })).status).toBe(404);
    await sealed.stop();
  });
});
