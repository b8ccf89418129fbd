import { describe, expect, test, vi } from "vitest";
import { createGuard, useSession, withSessions, type FetchHandler } from "../../src/adapters/fetch/index.ts";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieFor } from "../../src/testing/index.ts";
import { codeOf, PASSWORD } from "../sessions/harness.ts";

interface User {
  readonly id: number;
  readonly name: string;
}

const USERS = new Map<unknown, User>([
  [7, { id: 7, name: "Ada" }],
  [8, { id: 8, name: "Bob" }],
]);

function setUp(loginPath?: string) {
  const sessions = createSessions<{ userId: number | string }>({ password: PASSWORD });
  const loadUser = vi.fn<(id: string | number) => Promise<User | undefined>>(async (id) => USERS.get(id));
  const guard = createGuard<User, { userId: number | string }>({ sessions, loadUser, loginPath });
  /** Runs code inside a request, with whoever is logged in. */
  const within = async (
    body: (request: Request) => unknown,
    { userId, path = "/students", ...init }: RequestInit & { userId?: number | string; path?: string } = {},
  ): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (userId !== undefined) headers.set("Cookie", await cookieFor(sessions, { userId }));
    const handle = withSessions(async (request) => Response.json((await body(request)) ?? null));
    return handle(new Request(`https://app.example${path}`, { ...init, headers }));
  };
  return { sessions, guard, loadUser, within };
}

describe("getUser", () => {
  test.each([
    { who: "nobody", userId: undefined, expected: null },
    { who: "a user", userId: 7, expected: { id: 7, name: "Ada" } },
    { who: "a user who was deleted", userId: 99, expected: null },
    { who: "an id of another type", userId: "7", expected: null },
  ])("answers for $who", async ({ userId, expected }) => {
    const { guard, within } = setUp();
    const response = await within(
      (request) => guard.getUser(request),
      userId === undefined ? {} : { userId },
    );
    expect(await response.json()).toEqual(expected);
  });

  test("loads a user once a request, however many ask", async () => {
    const { guard, within, loadUser } = setUp();
    const ask = async (request: Request) => {
      const users = await Promise.all([
        guard.getUser(request),
        guard.getUser(request),
        guard.requireUser(request),
      ]);
      expect(new Set([...users, await guard.getUser(request)]).size).toBe(1);
    };
    await within(ask, { userId: 7 });
    expect(loadUser).toHaveBeenCalledTimes(1);
    expect(loadUser).toHaveBeenCalledWith(7);
    await within(ask, { userId: 7 });
    expect(loadUser).toHaveBeenCalledTimes(2);
  });

  test("asks nobody for an anonymous visitor", async () => {
    const { guard, within, loadUser } = setUp();
    await within((request) => guard.getUser(request));
    expect(loadUser).not.toHaveBeenCalled();
  });

  test("follows a login, a switch and a logout within the request", async () => {
    const { guard, within, sessions } = setUp();
    const response = await within(async (request) => {
      const session = await useSession(request, sessions);
      const names: (string | undefined)[] = [];
      const look = async () => names.push((await guard.getUser(request))?.name);
      await look();
      for (const userId of [7, 8]) {
        await session.update({ userId });
        await look();
      }
      await session.clear();
      await look();
      return names;
    });
    expect(await response.json()).toEqual([null, "Ada", "Bob", null]);
  });

  test("hands on what loadUser throws, and does not call it nobody", async () => {
    const { guard, within, loadUser } = setUp();
    const fault = new Error("database down");
    loadUser.mockRejectedValue(fault);
    await expect(within((request) => guard.getUser(request), { userId: 7 })).rejects.toBe(fault);
  });

  test("is an error when the store is down", async () => {
    const { guard, handle } = storeDown();
    const code = await handle({}, async (request) =>
      Response.json(await codeOf(() => guard.getUser(request))),
    );
    expect(await code.json()).toBe("ERR_SESSION_STORE");
  });
});

/** A guard whose store does not answer, and a logged-in visitor's request to it. */
function storeDown() {
  const store = { ...memoryStore(), find: () => Promise.reject(new Error("down")) };
  const sessions = createSessions<{ userId: number }>({ store });
  const guard = createGuard<User, { userId: number }>({ sessions, loadUser: () => null });
  const cookie = `__Host-session=${"A".repeat(43)}`;
  const handle = (headers: Record<string, string>, handler: FetchHandler) =>
    withSessions(handler)(new Request("https://app.example/", { headers: { ...headers, cookie } }));
  return { guard, handle };
}

describe("requireUser while the store is down", () => {
  test("tells a program 503 in JSON, and when to come again", async () => {
    const { guard, handle } = storeDown();
    const response = await handle({}, async (request) => Response.json(await guard.requireUser(request)));
    expect([response.status, await response.json()]).toEqual([503, { error: "unavailable" }]);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("tells a visitor 503 in words, and sends nobody to the login page", async () => {
    const { guard, handle } = storeDown();
    const headers = { "sec-fetch-mode": "navigate" };
    const response = await handle(headers, async (request) =>
      Response.json(await guard.requireUser(request)),
    );
    expect([response.status, response.headers.get("location")]).toEqual([503, null]);
    expect(await response.text()).toMatch(/try again/);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe("requireUser", () => {
  const page = { headers: { "sec-fetch-mode": "navigate", accept: "text/html" } };
  const programs: { program: string; init: RequestInit }[] = [
    { program: "a script of the page", init: { headers: { "sec-fetch-mode": "cors", accept: "text/html" } } },
    { program: "a client without headers", init: {} },
    { program: "a client that wants JSON", init: { headers: { accept: "application/json" } } },
  ];

  test("answers the user", async () => {
    const { guard, within } = setUp();
    const response = await within((request) => guard.requireUser(request), { userId: 7 });
    expect([response.status, await response.json()]).toEqual([200, { id: 7, name: "Ada" }]);
  });

  test.each([page, { headers: { accept: "text/html,*/*" } }, { method: "HEAD", ...page }])(
    "sends a visitor's browser to the login page and back (%o)",
    async (init) => {
      const { guard, within } = setUp();
      const path = "/students?house=gryffindor&q=a%20b";
      const response = await within((request) => guard.requireUser(request), { ...init, path });
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toBe(`/login?next=${encodeURIComponent(path)}`);
      expect(response.headers.get("cache-control")).toContain("no-store");
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );

  test.each(programs)("tells $program 401 in JSON", async ({ init }) => {
    const { guard, within } = setUp();
    const response = await within((request) => guard.requireUser(request), init);
    expect([response.status, await response.json()]).toEqual([401, { error: "unauthenticated" }]);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.get("vary")).toBe("Cookie");
    expect(response.headers.get("location")).toBeNull();
  });

  test("takes a path to come back to, and another login page", async () => {
    const { guard, within } = setUp("/sign-in");
    const response = await within((request) => guard.requireUser(request, { next: "/cart" }), page);
    expect(response.headers.get("location")).toBe("/sign-in?next=%2Fcart");
  });

  test.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/a/..//evil.example",
    "javascript:alert(1)",
    "/a\r\nSet-Cookie: x=1",
    "/\tevil",
    "",
    `/${"a".repeat(5000)}`,
  ])("carries no hostile next (%j)", async (next) => {
    const { guard, within } = setUp();
    const response = await within((request) => guard.requireUser(request, { next }), page);
    expect([response.status, response.headers.get("location")]).toEqual([302, "/login"]);
  });

  test.each(["//evil.example/a", "/\\evil.example", "/%5Cevil.example"])(
    "carries no hostile path of the request itself (%s)",
    async (path) => {
      const { guard, within } = setUp();
      const response = await within((request) => guard.requireUser(request), { ...page, path });
      const location = new URL(response.headers.get("location")!, "https://app.example");
      const back = new URL(location.searchParams.get("next") ?? "/", "https://app.example");
      expect(back.origin).toBe("https://app.example");
    },
  );
});
