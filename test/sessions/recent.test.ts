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
  expect(answer.mock.results.at(-1)?.value).toMatchObject({
    record: { data: expect.stringContaining("wand") },
  });
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

  test("gives every request data of its own, frozen through and through", async () => {
    const { visitor } = await seen();
    const [one, other] = [(await visitor.start()).session.data, (await visitor.start()).session.data];
    expect(one).toEqual(other);
    expect(one).not.toBe(other);
    expect(one.cart).not.toBe(other.cart);
    const items = (data: typeof one) => (data.cart as { items: string[] }).items;
    expect(items(one)).not.toBe(items(other));
    expect([one, one.cart, items(one)].every(Object.isFrozen)).toBe(true);
    expect(() => items(one).push("sword")).toThrow(TypeError);
    expect(items((await visitor.visit()).session.data)).toEqual(["wand"]);
  });

  test("gives the data as it is now after an update, and as it was to whoever comes with the old cookie", async () => {
    const { visitor, browser } = await seen();
    const before = visitor.cookie;
    const { session } = await visitor.visit(async (one) => {
      await one.update({ cart: { items: [] } });
      expect(one.data).toEqual({ userId: 7, cart: { items: [] } });
    });
    expect(session.data).toEqual({ userId: 7, cart: { items: [] } });
    expect((await browser(before).visit()).session.data).toEqual({ userId: 7, cart: { items: ["wand"] } });
  });

  test("is parsed once, however often it comes", async () => {
    const { visitor } = await seen();
    const parse = vi.spyOn(JSON, "parse");
    expect((await visitor.visit()).session.data).toMatchObject({ userId: 7 });
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  test("is asked of the cipher again at midnight, which refuses what was sealed too long ago", async () => {
    const { visitor, clock } = await seen({ touchInterval: 29 * 60 });
    const open = vi.spyOn(RecentTokens.prototype, "note");
    clock.advance(MINUTE);
    await visitor.visit();
    expect(open).not.toHaveBeenCalled();
    clock.set(Math.ceil(clock.now() / (24 * HOUR)) * 24 * HOUR);
    await visitor.visit();
    expect(open).toHaveBeenCalledOnce();
    open.mockRestore();
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
