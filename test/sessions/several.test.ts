import { describe, expect, test } from "vitest";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieAfter, fakeClock, testExchange } from "../../src/testing/index.ts";
import { codeOf, kinds, OTHER_PASSWORD, PASSWORD, setCookies, type Kind } from "./harness.ts";

/** Sessions of a name on one clock; `second` makes them with another password and store. */
function named({ stored }: Kind, name: string, clock = fakeClock()) {
  const options = stored ? { store: memoryStore({ now: clock.now }) } : { password: PASSWORD };
  return createSessions({ name, now: clock.now, ...options });
}

describe.each(kinds)("several $kind sessions of different names in one request", (kind) => {
  test("live beside each other, each with its cookie, data and id", async () => {
    const clock = fakeClock();
    const [user, cart] = [named(kind, "user", clock), named(kind, "cart", clock)];
    const first = testExchange();
    await (await user.open(first)).update({ userId: 7 });
    await (await cart.open(first)).update({ items: [1] });
    expect(setCookies(first).map((line) => line.split("=")[0])).toEqual(["__Host-user", "__Host-cart"]);

    const second = testExchange({ cookie: cookieAfter(first) });
    const [a, b] = [await user.open(second), await cart.open(second)];
    expect([a.data, b.data]).toEqual([{ userId: 7 }, { items: [1] }]);
    expect(a.id).not.toBe(b.id);
    await a.clear();
    expect(b.data).toEqual({ items: [1] });

    const third = testExchange({ cookie: cookieAfter(second) });
    expect((await user.open(third)).data).toEqual({});
    expect((await cart.open(third)).data).toEqual({ items: [1] });
  });

  test("do not take each other's tokens", async () => {
    const clock = fakeClock();
    const [user, admin] = [named(kind, "user", clock), named(kind, "admin", clock)];
    const first = testExchange();
    await (await user.open(first)).update({ userId: 7 });
    const moved = cookieAfter(first)!.replace("__Host-user", "__Host-admin");
    expect((await admin.open(testExchange({ cookie: moved }))).data).toEqual({});
  });

  test("share the handle when the name is the same", async () => {
    const sessions = named(kind, "user");
    const exchange = testExchange();
    const [a, b] = [await sessions.open(exchange), await sessions.open(exchange)];
    await a.update({ n: 1 });
    expect(b).toBe(a);
    expect(await sessions.open(testExchange())).not.toBe(a);
  });
});

test("the same name, password and different other options share the handle", async () => {
  const exchange = testExchange();
  const a = await createSessions({ password: PASSWORD }).open(exchange);
  const b = await createSessions({ password: [PASSWORD], idleTimeout: 60 }).open(exchange);
  expect(b).toBe(a);
});

const store = memoryStore();
test.each([
  { other: "another password", options: { password: OTHER_PASSWORD } },
  { other: "one more password", options: { password: [PASSWORD, OTHER_PASSWORD] } },
  { other: "a store", options: { store } },
])("the same name with $other in one request is an error, not one of the two", async ({ options }) => {
  const exchange = testExchange();
  await createSessions({ password: PASSWORD }).open(exchange);
  expect(await codeOf(() => createSessions(options).open(exchange))).toBe("ERR_SESSION_CONFIG");

  const reversed = testExchange();
  await createSessions(options).open(reversed);
  expect(await codeOf(() => createSessions({ password: PASSWORD }).open(reversed))).toBe(
    "ERR_SESSION_CONFIG",
  );
});

test("two stores under one name in one request are an error", async () => {
  const exchange = testExchange();
  await createSessions({ store }).open(exchange);
  expect(await codeOf(() => createSessions({ store: memoryStore() }).open(exchange))).toBe(
    "ERR_SESSION_CONFIG",
  );
});
