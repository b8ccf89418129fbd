import { describe, expect, test } from "vitest";
import { useSession, withSessions } from "../../src/adapters/fetch/index.ts";
import { isServerFunction } from "../../src/adapters/solid-start/routes.ts";
import { createSessions } from "../../src/sessions.ts";
import { cookieFor, testExchange } from "../../src/testing/index.ts";
import { gate, kinds, PASSWORD, setUp, tokenIn, type Kind } from "../sessions/harness.ts";

/** Asks a server whose session a request with these headers is. */
function server(kind: Kind) {
  const { sessions } = setUp<{ userId: number }>(kind);
  const handle = withSessions(async (request) =>
    Response.json((await useSession(request, sessions)).data.userId ?? null),
  );
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const response = await handle(new Request("https://app.example/", { headers }));
    return { userId: await response.json(), cookies: response.headers.getSetCookie() };
  };
  return { ask, cookie: () => cookieFor(sessions, { userId: 7 }) };
}

describe.each(kinds)("a request with a $kind session", (kind) => {
  test.each([
    "Bearer",
    "Bearer ",
    "Bearer null",
    "Bearer undefined",
    "Bearer s1.AAAAAAAA.20781.AAAA",
    "Basic",
    "Basic Og==",
    "Basic %%%",
    ",",
    "\u00e9",
    "x".repeat(10_000),
  ])("is what its cookie says, whatever stands in Authorization (%s)", async (authorization) => {
    const { ask, cookie } = server(kind);
    expect(await ask({ authorization, cookie: await cookie() })).toEqual({ userId: 7, cookies: [] });
    expect(await ask({ authorization })).toEqual({ userId: null, cookies: [] });
  });

  test("is nobody's with the token in another header", async () => {
    const { ask, cookie } = server(kind);
    const token = tokenIn(await cookie());
    const headers = { authorization: `Bearer ${token}`, "x-session-session": token, "x-session": token };
    expect(await ask(headers)).toEqual({ userId: null, cookies: [] });
  });

  test("has answered no update before it is kept", async () => {
    const { sessions, store } = setUp(kind);
    const exchange = testExchange();
    const session = await sessions.open(exchange);
    const written = gate();
    const insert = store.insert.bind(store);
    store.insert = async (record) => {
      await written.opened;
      return insert(record);
    };
    let answered = false;
    const update = session.update({ userId: 7 }).then(() => (answered = true));
    await new Promise(setImmediate);
    expect(answered).toBe(!kind.stored);
    written.open();
    await update;
    // Whoever redirects now redirects somebody who is logged in.
    expect(exchange.headers.getSetCookie()).toHaveLength(1);
  });
});

describe("a name that begins or ends like another", () => {
  test.each([
    ["session", "__Host-session-device"],
    ["session-device", "__Host-session"],
    ["session", "__Host-session2"],
    ["session", "x__Host-session"],
    ["session", "__host-session"],
    ["session", "session"],
  ])("is that of another cookie: the session %s is not read from %s", async (name, other) => {
    const sessions = createSessions({ password: PASSWORD, name });
    const cookie = await cookieFor(sessions, { userId: 7 });
    expect((await sessions.open(testExchange({ cookie }))).data).toEqual({ userId: 7 });
    const moved = cookie.replace(/^[^=]+/, other);
    expect((await sessions.open(testExchange({ cookie: moved }))).data).toEqual({});
  });

  test.each([
    ["session", "session-device"],
    ["session-device", "session"],
    ["a", "a.b"],
  ])("is that of another cookie of a response: %s stays when %s is set again", (first, second) => {
    const exchange = testExchange();
    exchange.setCookie(first, `${first}=1`);
    exchange.setCookie(second, `${second}=2`);
    exchange.setCookie(second, `${second}=3`);
    expect(exchange.headers.getSetCookie()).toEqual([`${first}=1`, `${second}=3`]);
  });
});

test.each(["/_server", "/_server/", "//_server", "///_server", "/base/_server", "/_server/x", "/_serverx"])(
  "a path that may be one of server functions is guarded like them: %s",
  (path) => {
    expect(isServerFunction(`https://app.example${path}?id=1`)).toBe(true);
  },
);
