import { describe, expect, test } from "vitest";
import { codeOf, HOUR, kinds, MINUTE, recordsIn, SECOND, setCookies, setUp, tokenIn } from "./harness.ts";

const DAY = 24 * HOUR;
const remember = { idleTimeout: (7 * DAY) / SECOND, absoluteTimeout: (30 * DAY) / SECOND };
const password = { methods: ["password"] };

describe.each(kinds)("session.authenticate in a $kind session", (kind) => {
  test("logs a user in under a new token and notes when and how", async () => {
    const { browser, clock, events } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) => session.update({ cart: ["wand"] }));
    const before = visitor.cookie;
    clock.advance(MINUTE);
    const { session } = await visitor.visit((one) => one.authenticate({ userId: 7 }, password));
    expect(session.methods).toEqual(["password"]);
    expect(tokenIn(visitor.cookie)).not.toBe(tokenIn(before));
    const later = (await visitor.visit()).session;
    expect(later.data).toEqual({ userId: 7, cart: ["wand"] });
    expect([later.methods, later.authenticatedAt]).toEqual([["password"], clock.now()]);
    expect(events.at(-1)).toMatchObject({ type: "rotated", cause: "user-changed", userId: "7" });
  });

  test("logs the same user in again: new token, new moment, new life", async () => {
    const { browser, clock, events, store } = setUp(kind, { absoluteTimeout: (2 * HOUR) / SECOND });
    const visitor = browser();
    await visitor.visit((one) => one.authenticate({ userId: 7 }, password));
    const [before, first] = [visitor.cookie, (await visitor.visit()).session];
    clock.advance(20 * MINUTE);
    await visitor.visit((one) => one.authenticate({ userId: 7 }, { methods: ["password", "totp"] }));
    const { session } = await visitor.visit();
    expect(tokenIn(visitor.cookie)).not.toBe(tokenIn(before));
    expect(session.id).not.toBe(first.id);
    expect(session.authenticatedAt).toBe(first.authenticatedAt! + 20 * MINUTE);
    expect(session.methods).toEqual(["password", "totp"]);
    expect(session.createdAt).toBe(clock.now());
    expect(events.at(-1)).toMatchObject({ type: "rotated", cause: "authenticated", previousId: first.id });
    // A sealed token cannot be called back.
    expect((await browser(before).visit()).session.data).toEqual(kind.stored ? {} : { userId: 7 });
    expect(await recordsIn(store)).toHaveLength(kind.stored ? 1 : 0);
  });

  test("forgets how somebody was authenticated when the user changes in any other way", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit((one) => one.authenticate({ userId: 7 }, password));
    await visitor.visit((one) => one.update({ theme: "dark" }));
    expect((await visitor.visit()).session.methods).toEqual(["password"]);
    await visitor.visit((one) => one.update({ userId: 8 }));
    expect((await visitor.visit()).session.methods).toEqual([]);
  });

  test("keeps data, flash values and methods apart", async () => {
    const { browser } = setUp(kind);
    const visitor = browser();
    await visitor.visit(async (one) => {
      await one.flash.set("notice", "Hello");
      await one.authenticate({ userId: 7 }, password);
    });
    const { session } = await visitor.visit(async (one) => {
      expect(await one.flash.take("notice")).toBe("Hello");
    });
    expect([session.data, session.methods]).toEqual([{ userId: 7 }, ["password"]]);
    expect((await visitor.visit()).session.methods).toEqual(["password"]);
  });

  test("refuses an update that logs nobody in, and names that are none", async () => {
    const { browser } = setUp(kind);
    await browser().visit(async (one) => {
      for (const call of [
        () => one.authenticate({ theme: "dark" }, password),
        () => one.authenticate({ userId: 7 }, { methods: [] }),
        () => one.authenticate({ userId: 7 }, { methods: ["Pass word"] }),
        () => one.authenticate({ userId: 7 }, { methods: "password" as never }),
      ])
        expect(await codeOf(call)).toBe("ERR_SESSION_INVALID_UPDATE");
      expect(one.data).toEqual({});
    });
  });

  test("remembers who asked for it, longer than others and past the end of the browser", async () => {
    const { browser, clock } = setUp(kind, { remember });
    const [one, other] = [browser(), browser()];
    const remembered = await one.visit((session) =>
      session.authenticate({ userId: 7 }, { ...password, remember: true }),
    );
    const usual = await other.visit((session) => session.authenticate({ userId: 7 }, password));
    expect(setCookies(remembered.exchange)[0]).toContain(`Max-Age=${remember.absoluteTimeout}`);
    expect(setCookies(usual.exchange)[0]).not.toContain("Max-Age");
    clock.advance(6 * DAY);
    expect((await other.visit()).session.data).toEqual({});
    expect((await one.visit()).session.data).toEqual({ userId: 7 });
    clock.advance(8 * DAY);
    expect((await one.visit()).session.data).toEqual({});
  });

  test("stays remembered through a rotation and a new login, and ends at the absolute limit", async () => {
    const { browser, clock } = setUp(kind, { remember });
    const one = browser();
    await one.visit((session) => session.authenticate({ userId: 7 }, { ...password, remember: true }));
    clock.advance(2 * DAY);
    const rotated = await one.visit((session) => session.rotate());
    expect(setCookies(rotated.exchange)[0]).toContain(`Max-Age=${(28 * DAY) / SECOND}`);
    const again = await one.visit((session) => session.authenticate({ userId: 7 }, password));
    expect(setCookies(again.exchange)[0]).toContain(`Max-Age=${(30 * DAY) / SECOND}`);
    for (let day = 0; day < 29; day += 1) {
      clock.advance(DAY);
      expect((await one.visit()).session.data).toEqual({ userId: 7 });
    }
    clock.advance(DAY);
    expect((await one.visit()).session.data).toEqual({});
  });

  test("another user is not remembered because the one before was", async () => {
    const { browser } = setUp(kind, { remember });
    const one = browser();
    await one.visit((session) => session.authenticate({ userId: 7 }, { ...password, remember: true }));
    const other = await one.visit((session) => session.authenticate({ userId: 8 }, password));
    expect(setCookies(other.exchange)[0]).not.toContain("Max-Age");
  });

  test("says so when nobody can be remembered", async () => {
    const { browser } = setUp(kind);
    await browser().visit(async (session) => {
      const call = () => session.authenticate({ userId: 7 }, { ...password, remember: true });
      expect(await codeOf(call)).toBe("ERR_SESSION_CONFIG");
    });
  });

  test("a login that lacks a step logs nobody in until it is finished", async () => {
    const { browser, clock } = setUp(kind);
    const visitor = browser();
    const pending = { userId: 7, methods: ["password"], remember: false };
    await visitor.visit((session) => session.suspendLogin(pending));
    const { session: waiting } = await visitor.visit();
    expect(waiting.pendingLogin).toEqual({ ...pending, since: clock.now() });
    expect([waiting.data, waiting.authenticatedAt, waiting.methods]).toEqual([{}, undefined, []]);
    const before = visitor.cookie;
    await visitor.visit((session) => session.authenticate({ userId: 7 }, { methods: ["password", "totp"] }));
    const { session } = await visitor.visit();
    expect(session.pendingLogin).toBeUndefined();
    expect([session.data, session.methods]).toEqual([{ userId: 7 }, ["password", "totp"]]);
    expect(tokenIn(visitor.cookie)).not.toBe(tokenIn(before));
  });

  test("a login that was given up leaves nothing behind", async () => {
    const { browser, store } = setUp(kind);
    const visitor = browser();
    await visitor.visit((session) =>
      session.suspendLogin({ userId: 7, methods: ["password"], remember: false }),
    );
    await visitor.visit((session) => session.suspendLogin(undefined));
    expect(visitor.cookie).toBeUndefined();
    expect(await recordsIn(store)).toEqual([]);
  });
});

test("sessions.list tells how each was authenticated", async () => {
  const { browser, sessions } = setUp({ stored: true });
  await browser().visit((session) => session.authenticate({ userId: 7 }, password));
  expect((await sessions.list(7)).map(({ methods }) => methods)).toEqual([["password"]]);
});
