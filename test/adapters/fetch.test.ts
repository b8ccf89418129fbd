import { describe, expect, test } from "vitest";
import { useSession, withSessions } from "../../src/adapters/fetch/index.ts";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { codeOf, PASSWORD } from "../sessions/harness.ts";
import { client, serve } from "./fetch-server.ts";

const sealed = createSessions({ password: PASSWORD });
const stored = createSessions({ store: memoryStore() });
const both = [
  { kind: "sealed", sessions: sealed },
  { kind: "stored", sessions: stored },
];

/** Every way for a handler to answer after it has logged somebody in. */
const answers: { shape: string; status: number; answer: () => Response; body?: string; thrown?: boolean }[] =
  [
    { shape: "a normal response", status: 200, answer: () => new Response("hello"), body: "hello" },
    { shape: "JSON", status: 200, answer: () => Response.json({ a: 1 }), body: '{"a":1}' },
    {
      shape: "an error response",
      status: 503,
      answer: () => new Response("sorry", { status: 503 }),
      body: "sorry",
    },
    { shape: "no content", status: 204, answer: () => new Response(null, { status: 204 }), body: "" },
    { shape: "not modified", status: 304, answer: () => new Response(null, { status: 304 }), body: "" },
    {
      shape: "an immutable redirect",
      status: 302,
      answer: () => Response.redirect("http://127.0.0.1/next"),
      body: "",
    },
    {
      shape: "a thrown response",
      status: 403,
      answer: () => new Response("no", { status: 403 }),
      body: "no",
      thrown: true,
    },
    {
      shape: "a thrown immutable redirect",
      status: 303,
      answer: () => Response.redirect("http://127.0.0.1/next", 303),
      body: "",
      thrown: true,
    },
    {
      shape: "a streaming body",
      status: 200,
      answer: () => new Response(chunks(["a", "b", "c"])),
      body: "abc",
    },
  ];

function chunks(texts: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = [...texts];
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(encoder.encode(next));
    },
  });
}

describe.each(both)("withSessions over HTTP, $kind", ({ sessions }) => {
  test.each(answers)("puts the cookie into $shape", async ({ status, answer, body, thrown }) => {
    const origin = await serve(
      withSessions(async (request) => {
        const session = await useSession(request, sessions);
        if (new URL(request.url).pathname === "/who") return Response.json(session.data);
        await session.update({ userId: 7 });
        if (thrown === true) throw answer();
        return answer();
      }),
    );
    const get = client(origin);
    const response = await get("/login");
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(response.headers.getSetCookie()[0]).toMatch(/^session=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(response.headers.get("vary")).toBe("Cookie");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.get("location")).toBe(answer().headers.get("location"));
    expect(await (await get("/who")).json()).toEqual({ userId: 7 });
  });

  test("carries a visitor through login, pages and logout", async () => {
    const origin = await serve(
      withSessions(async (request) => {
        const session = await useSession(request, sessions);
        const { pathname } = new URL(request.url);
        if (pathname === "/login") await session.update({ userId: Number(await request.text()) });
        if (pathname === "/logout") await session.clear();
        return Response.json(session.data);
      }),
    );
    const [ada, bob] = [client(origin), client(origin)];
    await Promise.all([
      ada("/login", { method: "POST", body: "1" }),
      bob("/login", { method: "POST", body: "2" }),
    ]);
    for (const [get, userId] of [
      [ada, 1],
      [bob, 2],
    ] as const) {
      const page = await get("/");
      expect(page.headers.getSetCookie()).toEqual([]);
      expect(await page.json()).toEqual({ userId });
    }
    const logout = await ada("/logout", { method: "POST" });
    expect(logout.headers.getSetCookie()).toEqual(["session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]);
    expect(await (await ada("/")).json()).toEqual({});
    expect(await (await bob("/")).json()).toEqual({ userId: 2 });
  });

  test("keeps the handler's own cookies, each on a line of its own", async () => {
    const origin = await serve(
      withSessions(async (request) => {
        await (await useSession(request, sessions)).update({ userId: 7 });
        const headers = new Headers([
          ["Set-Cookie", "theme=dark; Path=/"],
          ["Set-Cookie", "lang=de; Expires=Thu, 01 Jan 2099 00:00:00 GMT"],
          ["Vary", "Accept-Encoding"],
          ["Cache-Control", "public, max-age=600"],
        ]);
        return new Response("hello", { headers });
      }),
    );
    const { headers } = await fetch(origin);
    expect(headers.getSetCookie().map((line) => line.split("=")[0])).toEqual(["theme", "lang", "session"]);
    expect(headers.getSetCookie()[1]).toBe("lang=de; Expires=Thu, 01 Jan 2099 00:00:00 GMT");
    expect(headers.get("vary")).toBe("Accept-Encoding, Cookie");
    expect(headers.get("cache-control")).toBe("private, no-store");
  });

  test("leaves a response alone whose handler did not touch the session", async () => {
    const response = Response.json({ a: 1 }, { headers: { "Cache-Control": "public" } });
    const handle = withSessions(async () => response);
    expect(await handle(new Request("https://app.example/"))).toBe(response);
  });

  test("refuses to start a session once the response was answered", async () => {
    const codes: string[] = [];
    const { promise, done } = later();
    const origin = await serve(
      withSessions(async (request) => {
        const session = await useSession(request, sessions);
        void session.data;
        const body = new ReadableStream({
          async pull(controller) {
            codes.push(await codeOf(() => session.update({ userId: 7 })));
            controller.enqueue(new TextEncoder().encode("body"));
            controller.close();
            done();
          },
        });
        return new Response(body);
      }),
    );
    const response = await fetch(origin);
    expect(await response.text()).toBe("body");
    await promise;
    expect(codes).toEqual(["ERR_SESSION_LATE_WRITE"]);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

function later(): { promise: Promise<void>; done: () => void } {
  let done!: () => void;
  const promise = new Promise<void>((resolve) => (done = resolve));
  return { promise, done };
}

describe("withSessions", () => {
  test("passes on whatever else its host hands in, and answers through a promise when the handler does not", async () => {
    const handle = withSessions((request: Request, env: { greeting: string }, context: number) =>
      Response.json([new URL(request.url).pathname, env.greeting, context]),
    );
    const response = await handle(new Request("https://app.example/a"), { greeting: "hi" }, 3);
    expect(await response.json()).toEqual(["/a", "hi", 3]);
  });

  test("lets an error of the handler through as it is", async () => {
    const fault = new Error("the application's own");
    const failing = withSessions(async () => Promise.reject(fault));
    await expect(failing(new Request("https://app.example/"))).rejects.toBe(fault);
    const throwing = withSessions(() => {
      throw fault;
    });
    await expect(throwing(new Request("https://app.example/"))).rejects.toBe(fault);
  });

  test("takes the options of the seed in place of sessions", async () => {
    const login = withSessions(async (request) => {
      const session = await useSession(request, { password: PASSWORD });
      await session.update((d: { userId?: number }) => (d.userId = 7));
      const again = await useSession(request, { password: PASSWORD });
      return Response.json([again === session, again.data["userId"]]);
    });
    const response = await login(new Request("https://app.example/"));
    expect(await response.json()).toEqual([true, 7]);
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-session=s1\./);
  });

  test("shares one handle within a request and none between two", async () => {
    const seen: object[] = [];
    const handle = withSessions(async (request) => {
      seen.push(await useSession(request, sealed), await useSession(request, sealed));
      return new Response();
    });
    await handle(new Request("https://app.example/"));
    await handle(new Request("https://app.example/"));
    expect(seen[0]).toBe(seen[1]);
    expect(new Set(seen).size).toBe(2);
  });
});

describe("useSession", () => {
  test("says that it works inside withSessions alone", async () => {
    const outside = new Request("https://app.example/");
    expect(await codeOf(() => useSession(outside, sealed))).toBe("ERR_SESSION_NO_REQUEST");
  });

  test("does not take a copy of the request for the request", async () => {
    const codes: string[] = [];
    const handle = withSessions(async (request) => {
      codes.push(await codeOf(() => useSession(request.clone(), sealed)));
      return new Response();
    });
    await handle(new Request("https://app.example/"));
    expect(codes).toEqual(["ERR_SESSION_NO_REQUEST"]);
  });
});
