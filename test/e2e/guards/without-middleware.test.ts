import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { form, send, type Header, type Sent } from "../support/http.ts";
import type { Server } from "../support/server.ts";
import { control, notesOf, PAGE, PASSWORD, reset, startGuards, Visitor, type Notes } from "./support/app.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const SITES = [undefined, "same-origin", "same-site", "cross-site", "none"];
const ORIGINS = [undefined, "own", "null", "https://attacker.example"];
const INSTANCES = [undefined, "server-fn:0"];

/** Requests of the application's own pages: a form without JavaScript, and Solid's client. */
function isOwn({ method, site, origin, instance }: Omit<Case, "path">): boolean {
  if (site !== undefined && site !== "same-origin") return false;
  if (origin !== undefined && origin !== "own") return false;
  if (method === "POST") return site !== undefined || origin !== undefined || instance !== undefined;
  return method === "GET" && instance !== undefined;
}

interface Case {
  readonly method: string;
  readonly site: string | undefined;
  readonly origin: string | undefined;
  readonly instance: string | undefined;
}

const cases: Case[] = METHODS.flatMap((method) =>
  SITES.flatMap((site) =>
    ORIGINS.flatMap((origin) => INSTANCES.map((instance) => ({ method, site, origin, instance }))),
  ),
);

let app: Server;
let urls: Notes["urls"];

beforeAll(async () => {
  app = await startGuards("none");
  ({ urls } = await notesOf(app));
});
afterAll(() => app?.stop());
beforeEach(() => reset(app));

function sentOf(url: string, { method, site, origin, instance }: Case, body: string): Sent {
  const headers: Header[] = [];
  if (site !== undefined) headers.push(["Sec-Fetch-Site", site]);
  if (origin !== undefined) headers.push(["Origin", origin === "own" ? app.origin : origin]);
  if (instance !== undefined) headers.push(["X-Server-Instance", instance]);
  if (method !== "POST") return { method, path: url, headers };
  headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
  return { method, path: url, headers, body };
}

describe("without any middleware, a server function that asks a guard", () => {
  test("does what it does for the application's own pages, and nothing for other sites", async ({ task }) => {
    const albus = await new Visitor(app).logIn("albus");
    const wrong: object[] = [];
    let own = 0;
    for (const one of cases) {
      await reset(app);
      const { status } = await albus.send(sentOf(urls["act"]!, one, form({ reason: "why" })));
      const { done } = await notesOf(app);
      const right = isOwn(one) ? status < 400 : done.length === 0 && (status === 403 || status === 405);
      // A GET has no form to send, so that there is nothing to be done.
      if (!right || (one.method === "POST" && isOwn(one) && done.length !== 1))
        wrong.push({ ...one, status, done });
      if (isOwn(one)) own++;
    }
    expect(wrong).toEqual([]);
    task.meta.note = `without middleware: ${cases.length - own} foreign requests, 0 effects; ${own} own, 0 refused`;
  });

  test("reads nothing for other sites", async () => {
    const albus = await new Visitor(app).logIn("albus");
    for (const name of ["member", "staff", "keptForm", "all"])
      for (const one of cases.filter((each) => !isOwn(each))) {
        const answer = await albus.send(sentOf(urls[name]!, one, ""));
        expect([403, 405]).toContain(answer.status);
        expect(answer.body).not.toMatch(/albus|staff/);
      }
  });

  test("logs nobody in and nobody out from another site", async () => {
    const albus = await new Visitor(app).logIn("albus");
    const login = form({ username: "harry", password: PASSWORD });
    for (const one of cases.filter((each) => !isOwn(each))) {
      const answers = [
        await send(app.port, sentOf(urls["logIn"]!, one, login)),
        await albus.send(sentOf(urls["logIn"]!, one, login)),
        await albus.send(sentOf(urls["logOut"]!, one, "")),
      ];
      for (const { status, cookies } of answers) {
        expect([403, 405]).toContain(status);
        expect(cookies).toEqual([]);
      }
    }
    expect((await albus.open("/members")).body).toContain("albus");
  });
});

describe("without any middleware, an API route", () => {
  test("that writes refuses other sites, and not the application's own pages", async () => {
    const albus = await new Visitor(app).logIn("albus");
    const post = (...headers: Header[]) => albus.send({ method: "POST", path: "/api/me", headers, body: "" });
    expect((await post(["Sec-Fetch-Site", "cross-site"])).status).toBe(403);
    expect((await post(["Origin", "https://attacker.example"])).status).toBe(403);
    expect((await post()).status).toBe(403);
    expect((await post(["Origin", app.origin])).body).toBe('{"username":"albus","same":true}');
  });

  test("that reads is let through from anywhere, for links must work", async () => {
    const albus = await new Visitor(app).logIn("albus");
    const headers: Header[] = [["Sec-Fetch-Site", "cross-site"]];
    expect((await albus.send({ path: "/api/me", headers })).body).toBe('{"username":"albus"}');
    const page = await albus.send({ path: "/members", headers: [...PAGE.slice(1), ...headers] });
    expect(page.body).toContain("albus");
  });

  test("never answers what it guards: what SolidStart makes of a thrown Response is an error", async () => {
    for (const what of ["requireUser", "authorize"])
      expect((await new Visitor(app).send({ path: `/api/asks/${what}` })).status).toBe(500);
  });

  test("made by withUser says by itself what it has to", async () => {
    const harry = await new Visitor(app).logIn("harry");
    const nobody = new Visitor(app);
    const ask = async (who: Visitor) => {
      const { status, body } = await who.send({ path: "/api/me" });
      return [status, body];
    };
    expect(await ask(nobody)).toEqual([401, '{"error":"unauthenticated"}']);
    expect(await ask(harry)).toEqual([200, '{"username":"harry"}']);
    await control(app, { down: true });
    expect(await ask(harry)).toEqual([503, '{"error":"unavailable"}']);
  });
});

describe("without any middleware, a page", () => {
  test("is guarded as with it", async () => {
    const path = "/members/deferred";
    const answer = await new Visitor(app).open(path);
    expect([answer.status, answer.header("location")]).toEqual([
      302,
      `/login?next=${encodeURIComponent(path)}`,
    ]);
    expect((await (await new Visitor(app).logIn("harry")).open("/members/staff")).status).toBe(403);
  });

  test("tells nobody what the store said, nor where in the server an error was thrown", async () => {
    const harry = await new Visitor(app).logIn("harry");
    const refused = await harry.open("/members/staff");
    await control(app, { down: true });
    const [page, called] = [await harry.open("/members/staff"), await harry.call(urls["staff"]!)];
    expect([refused.status, page.status, called.status]).toEqual([403, 503, 503]);
    expect(refused.body + page.body + called.body).not.toMatch(/ECONNREFUSED|db\.internal|file:|\.mjs:/);
    expect(app.log()).toContain("ECONNREFUSED");
  });
});
