import { describe, expect, test } from "vitest";
import { memoryStore } from "../../src/stores/memory.ts";
import { createGuard, useSession, withSessions } from "../../src/adapters/fetch/index.ts";
import { createSessions } from "../../src/sessions.ts";
import { kinds } from "../sessions/harness.ts";
import {
  pages,
  programs,
  requests,
  setUpGuard,
  shown,
  type Data,
  type RequestKind,
  type User,
} from "./guard-harness.ts";

const PATH = "/students?house=gryffindor&q=a%20b";
const back = `?next=${encodeURIComponent(PATH)}`;

/** What came back, as far as visitors and programs see it. */
async function seen(response: Response, method = "GET") {
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  return {
    status: response.status,
    location: response.headers.get("location"),
    type,
    body: method === "HEAD" ? "" : await response.text(),
  };
}

const redirect = (location: string) => ({ status: 302, location, type: "", body: "" });
const json = (status: number, error: string) => ({
  status,
  location: null,
  type: "application/json",
  body: JSON.stringify({ error }),
});

describe.each(kinds)("what a guard answers ($kind)", (kind) => {
  const passes = [
    { by: "requireUser", page: "/login", error: "unauthenticated" },
    { by: "requireFresh", page: "/confirm", error: "confirmation-required" },
  ] as const;
  const each = (among: readonly RequestKind[]) =>
    passes.flatMap((pass) => among.map((request) => ({ ...pass, request })));

  /** The answer to a visitor who does not meet the requirement. */
  async function refused(by: "requireUser" | "requireFresh", request: RequestKind, next?: string) {
    const { guard, visitor, clock, sessions } = setUpGuard(kind);
    const who = visitor();
    if (by === "requireFresh") {
      await who.send(async (it) => (await useSession(it, sessions)).update({ userId: 7 }));
      clock.advance(301_000);
      // Notes that the visitor is here, so that what follows writes nothing.
      await who.send((it) => guard.getUser(it));
    }
    const options = next === undefined ? {} : { next };
    return who.send((it) => guard[by](it, options), { ...requests[request], path: PATH });
  }

  test.each(each(shown))("of $by: a redirect to $page for a $request", async ({ by, page, request }) => {
    const response = await refused(by, request);
    expect(response.headers.get("cache-control")).toMatch(/no-store/);
    expect(response.headers.getSetCookie()).toEqual([]);
    // The address of a form is no page to come back to.
    expect(await seen(response)).toEqual(redirect(pages.includes(request) ? page + back : page));
  });

  test.each(each(shown))(
    "of $by with a page to come back to: a redirect to $page that names it, for a $request",
    async ({ by, page, request }) => {
      const response = await refused(by, request, "/cart?a=b");
      expect(await seen(response)).toEqual(redirect(`${page}?next=%2Fcart%3Fa%3Db`));
    },
  );

  test.each(each(programs))("of $by: 401 in JSON for a $request", async ({ by, error, request }) => {
    const response = await refused(by, request, "/cart");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.get("vary")).toBe("Cookie");
    expect(await seen(response)).toEqual(json(401, error));
  });

  test.each(shown)("to a user who may not: 403 in words for a %s", async (request) => {
    const { guard, visitor, sessions } = setUpGuard(kind);
    const who = visitor();
    await who.send(async (it) => (await useSession(it, sessions)).update({ userId: 7 }));
    const response = await who.send((it) => guard.authorize(it, "staff:view"), requests[request]);
    expect(response.headers.get("cache-control")).toMatch(/no-store/);
    expect(await seen(response)).toEqual({
      status: 403,
      location: null,
      type: "text/plain",
      body: "You may not do that.\n",
    });
  });

  test.each(programs)("to a user who may not: 403 in JSON for a %s", async (request) => {
    const { guard, visitor, sessions } = setUpGuard(kind);
    const who = visitor();
    await who.send(async (it) => (await useSession(it, sessions)).update({ userId: 7 }));
    const response = await who.send((it) => guard.authorize(it, "staff:view"), requests[request]);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await seen(response)).toEqual(json(403, "forbidden"));
  });

  test("to a user who passes: the user", async () => {
    const { guard, visitor, sessions, users } = setUpGuard(kind);
    const who = visitor();
    await who.send(async (it) => (await useSession(it, sessions)).update({ userId: 8 }));
    for (const pass of [
      (it: Request) => guard.requireUser(it),
      (it: Request) => guard.requireFresh(it),
      (it: Request) => guard.authorize(it, "staff:view"),
      (it: Request) => guard.getUser(it),
    ]) {
      const response = await who.send(pass, requests.page);
      expect([response.status, await response.json()]).toEqual([200, users.get(8)]);
    }
  });

  test("names the pages that the application named", async () => {
    const paths = { loginPath: "/sign-in", confirmPath: "/account?sudo" };
    const { guard, visitor, clock, sessions } = setUpGuard(kind, paths);
    const who = visitor();
    const anonymous = await who.send((it) => guard.requireUser(it), { ...requests.page, path: "/a" });
    expect(anonymous.headers.get("location")).toBe("/sign-in?next=%2Fa");
    await who.send(async (it) => (await useSession(it, sessions)).update({ userId: 7 }));
    clock.advance(301_000);
    const stale = await who.send((it) => guard.requireFresh(it), { ...requests.page, path: "/a" });
    expect(stale.headers.get("location")).toBe("/account?sudo&next=%2Fa");
  });

  test("calls nothing of the handler's after the guard", async () => {
    const { guard, visitor } = setUpGuard(kind);
    let reached = false;
    await visitor().send(async (it) => {
      await guard.requireUser(it);
      reached = true;
    });
    expect(reached).toBe(false);
  });
});

describe("while the store is down", () => {
  /** A guard whose store does not answer, asked by somebody who has a cookie. */
  async function ask(pass: "requireUser" | "requireFresh" | "authorize", request: RequestKind) {
    const store = { ...memoryStore(), find: () => Promise.reject(new Error("down")) };
    const sessions = createSessions<Data>({ store });
    const guard = createGuard<User, Data, Record<"staff:view", (user: User) => boolean>>({
      sessions,
      loadUser: () => ({ id: 8, name: "Albus", role: "headmaster" }),
    });
    const handle = withSessions(async (it) =>
      Response.json(await (pass === "authorize" ? guard.authorize(it, "staff:view") : guard[pass](it))),
    );
    const init: RequestInit = requests[request];
    const headers = new Headers(init.headers);
    headers.set("Cookie", `__Host-session=${"A".repeat(43)}`);
    return handle(new Request("https://app.example/a", { ...init, headers }));
  }

  const all = (["requireUser", "requireFresh", "authorize"] as const).flatMap((pass) =>
    (Object.keys(requests) as RequestKind[]).map((request) => [pass, request] as const),
  );

  test.each(all)("%s tells a %s that nobody knows: 503, and when to come again", async (pass, request) => {
    const response = await ask(pass, request);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(response.headers.get("cache-control")).toMatch(/no-store/);
    expect(response.headers.getSetCookie()).toEqual([]);
    const inWords = {
      status: 503,
      location: null,
      type: "text/plain",
      body: "The server cannot answer at the moment. Please try again in a few seconds.\n",
    };
    expect(await seen(response)).toEqual(programs.includes(request) ? json(503, "unavailable") : inWords);
  });
});
