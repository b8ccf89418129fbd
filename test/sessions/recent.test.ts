import { describe, expect, test, vi } from "vitest";
import { RecentTokens } from "../../src/recent-tokens.ts";
import { HOUR, MINUTE, OTHER_PASSWORD, PASSWORD, rejections, setUp, tokenIn } from "./harness.ts";

const sealed = { stored: false };

/** A visitor whose token has been opened twice, and is answered from memory. */
async function seen(options: { touchInterval?: number; idleTimeout?: number } = {}) {
  const given = setUp<{ userId: number; cart: object }>(sealed, options);
  const visitor = given.browser();
  await visitor.visit((session) => session.update({ userId: 7, cart: { items: ["wand"] } }));
  const answer = vi.spyOn(RecentTokens.prototype, "get");
  for (let time = 0; time < 3; time++)
    expect((await visitor.visit()).session.data).toMatchObject({ userId: 7 });
  expect(answer.mock.results.at(-1)?.value).toMatchObject({ data: expect.stringContaining("wand") });
  answer.mockRestore();
  return { ...given, visitor };
}

describe("a sealed token that was opened a moment ago", () => {
  test("ends when its idle time is over", async () => {
    const { visitor, clock, events } = await seen({ touchInterval: 29 * 60 });
    clock.advance(30 * MINUTE - 1);
    expect((await visitor.visit()).session.data).toMatchObject({ userId: 7 });
    const { cookie } = visitor;
    clock.advance(30 * MINUTE);
    visitor.cookie = cookie;
    expect((await visitor.visit()).session.data).toEqual({});
    expect(rejections(events)).toEqual(["idle"]);
  });

  test("ends at the absolute limit, and when the clock is set back before its beginning", async () => {
    const { visitor, clock, events } = await seen({ idleTimeout: 24 * 3600 });
    const { cookie } = visitor;
    clock.advance(12 * HOUR);
    visitor.cookie = cookie;
    expect((await visitor.visit()).session.data).toEqual({});
    clock.advance(-13 * HOUR);
    visitor.cookie = cookie;
    expect((await visitor.visit()).session.data).toEqual({});
    expect(rejections(events)).toEqual(["expired", "not-yet-valid"]);
  });

  test("makes no forged one pass, whichever character is another", async () => {
    const { visitor, browser, events } = await seen();
    const token = tokenIn(visitor.cookie);
    for (let i = 0; i < token.length; i++) {
      const forged = `${token.slice(0, i)}${token[i] === "A" ? "B" : "A"}${token.slice(i + 1)}`;
      const { session } = await browser(`__Host-session=${forged}`).visit();
      expect(session.data).toEqual({});
    }
    expect(rejections(events)).toHaveLength(token.length);
  });

  test("gives every request data of its own", async () => {
    const { visitor } = await seen();
    const [one, other] = [await visitor.start(), await visitor.start()];
    expect(one.session.data).toEqual(other.session.data);
    expect(one.session.data).not.toBe(other.session.data);
    expect(one.session.data.cart).not.toBe(other.session.data.cart);
  });

  test("opens under no other name and no other password", async () => {
    const { visitor } = await seen();
    const token = tokenIn(visitor.cookie);
    for (const options of [{ name: "admin" }, { password: OTHER_PASSWORD }]) {
      const { browser } = setUp(sealed, { password: PASSWORD, ...options });
      const { session } = await browser(`__Host-${options.name ?? "session"}=${token}`).visit();
      expect(session.data).toEqual({});
    }
  });
});
