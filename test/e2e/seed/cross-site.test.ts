import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send, type Header } from "../support/http.ts";
import type { Server } from "../support/server.ts";
import { notesOf, startSeed, Visitor } from "./support/app.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const sites = [undefined, "same-origin", "same-site", "cross-site", "none"];
const origins = [undefined, "own", "null", "https://attacker.example", "http://127.0.0.1:1", "https://own"];
const instances = [undefined, "server-fn:0"];

/** Requests of the application's own pages, in browsers that send Fetch Metadata and in those that do not. */
const own: readonly { method: string; site: unknown; origin: unknown; instance: boolean }[] = [
  // A form without JavaScript.
  { method: "POST", site: "same-origin", origin: "own", instance: false },
  { method: "POST", site: undefined, origin: "own", instance: false },
  { method: "POST", site: "same-origin", origin: undefined, instance: false },
  // Solid's client: an action or a query.
  { method: "POST", site: "same-origin", origin: "own", instance: true },
  { method: "POST", site: "same-origin", origin: undefined, instance: true },
  { method: "POST", site: undefined, origin: "own", instance: true },
  { method: "POST", site: undefined, origin: undefined, instance: true },
  { method: "GET", site: "same-origin", origin: undefined, instance: true },
  { method: "GET", site: "same-origin", origin: "own", instance: true },
  { method: "GET", site: undefined, origin: undefined, instance: true },
  { method: "GET", site: undefined, origin: "own", instance: true },
  // The browser sees https where a proxy in front ends TLS.
  { method: "POST", site: "same-origin", origin: "https://own", instance: false },
  { method: "POST", site: undefined, origin: "https://own", instance: false },
  { method: "POST", site: "same-origin", origin: "https://own", instance: true },
  { method: "POST", site: undefined, origin: "https://own", instance: true },
  { method: "GET", site: "same-origin", origin: "https://own", instance: true },
  { method: "GET", site: undefined, origin: "https://own", instance: true },
];

const cases = methods.flatMap((method) =>
  sites.flatMap((site) =>
    origins.flatMap((origin) => instances.map((instance) => ({ method, site, origin, instance }))),
  ),
);
const isOwn = ({ method, site, origin, instance }: (typeof cases)[number]) =>
  own.some(
    (one) =>
      one.method === method &&
      one.site === site &&
      one.origin === origin &&
      one.instance === (instance !== undefined),
  );

describe("a request to a server function", () => {
  let app: Server;
  let unprotected: Server;

  beforeAll(async () => {
    [app, unprotected] = await Promise.all([startSeed(), startSeed("none")]);
  });
  afterAll(() => Promise.all([app?.stop(), unprotected?.stop()]));

  /** Sends one case; answers its status and how many times the function ran. */
  async function attempt(server: Server, { method, site, origin, instance }: (typeof cases)[number]) {
    const { effects, urls } = await notesOf(server);
    const headers: Header[] = [];
    if (site !== undefined) headers.push(["Sec-Fetch-Site", site]);
    if (origin !== undefined) headers.push(["Origin", originOf(server, origin)]);
    if (instance !== undefined) headers.push(["X-Server-Instance", instance]);
    const body = method === "POST" ? "field=value" : undefined;
    if (body !== undefined) headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
    const sent = { method, path: urls["countEffect"]!, headers };
    const { status } = await send(server.port, body === undefined ? sent : { ...sent, body });
    return { status, ran: (await notesOf(server)).effects - effects };
  }

  function originOf({ origin, port }: Server, name: string): string {
    if (name === "own") return origin;
    return name === "https://own" ? `https://127.0.0.1:${port}` : name;
  }

  test("runs it when it is the application's own, and never otherwise", async ({ task }) => {
    const wrong: object[] = [];
    let allowed = 0;
    for (const one of cases) {
      const { status, ran } = await attempt(app, one);
      const right = isOwn(one) ? ran === 1 && status < 400 : ran === 0 && (status === 403 || status === 405);
      if (!right) wrong.push({ ...one, status, ran });
      allowed += ran;
    }
    expect(wrong).toEqual([]);
    expect(allowed).toBe(own.length);
    task.meta.note = `server functions: ${cases.length - allowed} foreign requests, 0 effects; ${allowed} own, 0 refused`;
  });

  test("would run it for any site on any method without the middleware", async () => {
    const link = { method: "GET", site: "cross-site", origin: undefined, instance: undefined };
    expect((await attempt(unprotected, link)).ran).toBe(1);
    expect((await attempt(unprotected, { ...link, method: "HEAD" })).ran).toBe(1);
    expect((await attempt(unprotected, { ...link, method: "POST" })).ran).toBe(1);
  });

  test.for(["//_server", "/_server/x", "/_server/../_server", "/x/_server"])(
    "is checked however its path is written: %s",
    async (path) => {
      const { effects, urls } = await notesOf(app);
      const { search } = new URL(urls["countEffect"]!, app.origin);
      await send(app.port, { path: path + search, headers: [["Sec-Fetch-Site", "cross-site"]] });
      expect((await notesOf(app)).effects).toBe(effects);
    },
  );

  test("logs nobody in from another site", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.submit("/login", "login", { username: "harry", password: "any" }, [
      ["Sec-Fetch-Site", "cross-site"],
    ]);
    expect(answer.status).toBe(403);
    expect(answer.cookies).toEqual([]);
  });
});

describe("a request to an API route", () => {
  let app: Server;

  beforeAll(async () => {
    app = await startSeed();
  });
  afterAll(() => app?.stop());

  test.for([
    ["cross-site", undefined],
    ["same-site", undefined],
    [undefined, "https://attacker.example"],
    [undefined, "null"],
    [undefined, undefined],
  ])("that writes is refused: site %s, origin %s", async ([site, origin]) => {
    const headers: Header[] = [];
    if (site !== undefined) headers.push(["Sec-Fetch-Site", site]);
    if (origin !== undefined) headers.push(["Origin", origin]);
    const answer = await send(app.port, { method: "POST", path: "/api/probe", headers });
    expect([answer.status, answer.cookies]).toEqual([403, []]);
  });

  test("that writes is let through from the application's own pages", async () => {
    const answer = await send(app.port, {
      method: "POST",
      path: "/api/probe",
      headers: [["Origin", app.origin]],
    });
    expect([answer.status, answer.cookies.length]).toEqual([200, 1]);
  });

  test("that reads is let through from anywhere, for links must work", async () => {
    const answer = await send(app.port, { path: "/api/probe", headers: [["Sec-Fetch-Site", "cross-site"]] });
    expect(answer.status).toBe(200);
  });
});
