import { describe, expect, test } from "vitest";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieAfter, cookieFor, fakeClock, testExchange } from "../../src/testing/index.ts";

const PASSWORD = "a password of at least 32 characters, for tests";

describe("fakeClock", () => {
  test("stands still, goes on and back when it is told, and begins where it should", () => {
    const clock = fakeClock();
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1));
    expect(clock.now()).toBe(clock.now());
    clock.advance(1500);
    clock.advance(-500);
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 1000);
    clock.set(7);
    expect(clock.now()).toBe(7);
    expect(fakeClock(42).now()).toBe(42);
  });
});

describe("testExchange", () => {
  test("is an https request without cookies when nothing else is asked for", () => {
    const exchange = testExchange();
    expect([exchange.url, exchange.header("cookie"), exchange.header("x-forwarded-proto")]).toEqual([
      "https://app.example/",
      null,
      null,
    ]);
    expect([exchange.writable(), [...exchange.headers]]).toEqual([true, []]);
  });

  test("comes from the address that it is given, or nobody knows from where", () => {
    expect(testExchange({ address: "192.0.2.7" }).address?.()).toBe("192.0.2.7");
    expect(testExchange().address?.()).toBeUndefined();
  });

  test("has the headers that it is given, and cannot be written once its head has left", () => {
    const exchange = testExchange({ cookie: "a=1", headers: { "x-forwarded-proto": "https" } });
    expect([exchange.header("cookie"), exchange.header("x-forwarded-proto")]).toEqual(["a=1", "https"]);
    exchange.flush();
    expect(exchange.writable()).toBe(false);
  });
});

describe("cookieAfter", () => {
  const after = (cookie: string | undefined, ...lines: string[]) => {
    const exchange = testExchange({ cookie });
    for (const line of lines) exchange.headers.append("Set-Cookie", line);
    return cookieAfter(exchange);
  };

  test("is what a browser would send next", () => {
    expect(after(undefined)).toBeUndefined();
    expect(after("a=1; b=2")).toBe("a=1; b=2");
    expect(after("a=1", "b=2; Path=/; HttpOnly")).toBe("a=1; b=2");
    expect(after("a=1; b=2", "a=3; Path=/")).toBe("a=3; b=2");
    expect(after("a=1", "a=; Max-Age=0; Path=/")).toBeUndefined();
    expect(after("a=x=y", "b=u=v")).toBe("a=x=y; b=u=v");
    expect(after("a=1", "a=2; Max-Age=05")).toBe("a=2");
  });
});

describe("cookieFor", () => {
  const clock = fakeClock();
  test.each([
    { kind: "sealed", sessions: createSessions<{ userId: number }>({ password: PASSWORD, now: clock.now }) },
    {
      kind: "stored",
      sessions: createSessions<{ userId: number }>({
        store: memoryStore({ now: clock.now }),
        now: clock.now,
      }),
    },
  ])("signs somebody in to $kind sessions", async ({ sessions }) => {
    const cookie = await cookieFor(sessions, { userId: 7 });
    expect(cookie).toMatch(/^__Host-session=[\w.-]+$/);
    const session = await sessions.open(testExchange({ cookie }));
    expect([session.data, session.authenticatedAt]).toEqual([{ userId: 7 }, clock.now()]);
  });

  test("has the name that the address asks for, and is empty for no data", async () => {
    const sessions = createSessions({ password: PASSWORD });
    expect(await cookieFor(sessions, { userId: 7 }, "http://localhost:3000/")).toMatch(/^session=/);
    expect(await cookieFor(sessions, {})).toBe("");
  });
});
