import { expect, test } from "vitest";
import { fakeClock } from "../../src/testing/index.ts";
import { OTHER_PASSWORD, PASSWORD, rejections, setCookies, setUp, tokenIn } from "./harness.ts";

const sealed = { stored: false };
const keyId = (cookie: string | undefined): string => tokenIn(cookie).split(".")[1]!;

/** A visitor who logged in while PASSWORD was the only one. */
async function before() {
  const clock = fakeClock();
  const visitor = setUp(sealed, { clock }).browser();
  await visitor.visit((session) => session.update({ userId: 7 }));
  return { clock, cookie: visitor.cookie! };
}

test("a password that was put first seals, and the older one still opens", async () => {
  const { clock, cookie } = await before();
  const { browser, events } = setUp(sealed, { clock, password: [OTHER_PASSWORD, PASSWORD] });
  const visitor = browser(cookie);
  expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
  expect(visitor.cookie).toBe(cookie);

  await visitor.visit((session) => session.update({ theme: "dark" }));
  expect(keyId(visitor.cookie)).not.toBe(keyId(cookie));
  const after = setUp(sealed, { clock, password: OTHER_PASSWORD });
  expect((await after.browser(visitor.cookie).visit()).session.data).toEqual({ userId: 7, theme: "dark" });
  expect(rejections([...events, ...after.events])).toEqual([]);
});

test("nobody is logged out while the old password is in the list: the touch alone moves visitors over", async () => {
  const { clock, cookie } = await before();
  const visitor = setUp(sealed, { clock, password: [OTHER_PASSWORD, PASSWORD] }).browser(cookie);
  clock.advance(60_000);
  await visitor.visit();
  const after = setUp(sealed, { clock, password: [OTHER_PASSWORD] });
  expect((await after.browser(visitor.cookie).visit()).session.data).toEqual({ userId: 7 });
});

test("a password that was removed opens nothing, and the cookie is left for the node that still has it", async () => {
  const { clock, cookie } = await before();
  const { browser, events } = setUp(sealed, { clock, password: OTHER_PASSWORD });
  const { session, exchange } = await browser(cookie).visit();
  expect(session.data).toEqual({});
  expect(rejections(events)).toEqual(["unknown-key"]);
  expect(setCookies(exchange)).toEqual([]);
  expect((await setUp(sealed, { clock }).browser(cookie).visit()).session.data).toEqual({ userId: 7 });
});

test("the order of the others does not matter, and one password twice is one", async () => {
  const { clock, cookie } = await before();
  const third = "a third password of 32 characters and more";
  for (const password of [
    [third, OTHER_PASSWORD, PASSWORD],
    [OTHER_PASSWORD, third, PASSWORD],
    [PASSWORD, PASSWORD],
  ])
    expect((await setUp(sealed, { clock, password }).browser(cookie).visit()).session.data).toEqual({
      userId: 7,
    });
});

test("a password of letters beyond ASCII seals and opens", async () => {
  const { browser } = setUp(sealed, { password: "ключ🔑".repeat(8) });
  const visitor = browser();
  await visitor.visit((session) => session.update({ userId: "ü" }));
  expect((await visitor.visit()).session.data).toEqual({ userId: "ü" });
});
