import { expect, test } from "vitest";
import type { SessionOptions } from "../../src/options.ts";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieFor, fakeClock, testExchange } from "../../src/testing/index.ts";
import { OTHER_PASSWORD, PASSWORD, rejections, setUp, tokenIn } from "./harness.ts";
import type { SessionEvent } from "../../src/events.ts";

const clock = fakeClock();

/** Hands a token made under some options to sessions of others. */
async function carry(from: SessionOptions, to: SessionOptions) {
  const events: SessionEvent[] = [];
  const token = tokenIn(await cookieFor(createSessions({ now: clock.now, ...from }), { userId: 7 }));
  const sessions = createSessions({ now: clock.now, onEvent: (event) => events.push(event), ...to });
  const exchange = testExchange({ cookie: `__Host-${sessions.name}=${token}` });
  const { data } = await sessions.open(exchange);
  return { data, reasons: rejections(events) };
}

test("a sealed token opens under its own name and password", async () => {
  const opened = await carry({ password: PASSWORD, name: "a" }, { password: PASSWORD, name: "a" });
  expect(opened).toEqual({ data: { userId: 7 }, reasons: [] });
});

test.each([
  ["a", "b"],
  ["session", "sessions"],
  ["session", "Session"],
  ["ab", "a"],
])("a sealed token made for the name %s does not open under %s", async (from, to) => {
  const opened = await carry({ password: PASSWORD, name: from }, { password: PASSWORD, name: to });
  expect(opened).toEqual({ data: {}, reasons: ["forged"] });
});

test("a sealed token does not open under another password", async () => {
  const opened = await carry({ password: PASSWORD }, { password: OTHER_PASSWORD });
  expect(opened).toEqual({ data: {}, reasons: ["unknown-key"] });
});

test("a key id of ours on a token sealed under another password is a forgery", async () => {
  const mine = setUp({ stored: false }, { clock });
  const other = createSessions({ password: OTHER_PASSWORD, now: clock.now });
  const kid = tokenIn(await cookieFor(mine.sessions, { userId: 7 })).split(".")[1]!;
  const parts = tokenIn(await cookieFor(other, { userId: 8 })).split(".");
  parts[1] = kid;
  const { session } = await mine.browser(`__Host-session=${parts.join(".")}`).visit();
  expect(session.data).toEqual({});
  expect(rejections(mine.events)).toEqual(["forged"]);
});

test("a token sealed on one day does not open as one of another", async () => {
  const { browser, events } = setUp({ stored: false }, { clock });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  const parts = tokenIn(visitor.cookie).split(".");
  for (const days of [-1, 1]) {
    const moved = parts.with(2, String(Number(parts[2]) + days));
    await browser(`__Host-session=${moved.join(".")}`).visit();
  }
  expect(rejections(events)).toEqual(["forged", "forged"]);
});

test("a token of one store is not found in another, and is no sealed token", async () => {
  const store = memoryStore({ now: clock.now });
  expect(await carry({ store }, { store: memoryStore({ now: clock.now }) })).toEqual({
    data: {},
    reasons: ["not-found"],
  });
  expect(await carry({ store }, { password: PASSWORD })).toEqual({ data: {}, reasons: ["malformed"] });
  expect(await carry({ password: PASSWORD }, { store })).toEqual({ data: {}, reasons: ["malformed"] });
});
