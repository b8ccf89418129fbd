import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { isSessionError } from "../../src/core/errors.ts";
import type { SessionOptions } from "../../src/options.ts";
import { createSessions } from "../../src/sessions.ts";
import { sessionsOf } from "../../src/sessions-of.ts";
import { testExchange } from "../../src/testing/index.ts";
import { kinds, OTHER_PASSWORD, recordsIn, setUp, tokenIn } from "./harness.ts";

const CANARY_PASSWORD = "canary-password-canary-password-canary";
const CANARY_DATA = "canary-data";

/** Whatever a careless application could log of a value. */
function spellings(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  return [json, inspect(value, { depth: 10, showHidden: true }), String(value)].join("\n");
}

describe.each(kinds)("of a $kind session", (kind) => {
  const options: SessionOptions = kind.stored ? {} : { password: [CANARY_PASSWORD, OTHER_PASSWORD] };

  test("no error, event, handle or list shows a token, a password or data", async () => {
    const { browser, sessions, events, clock } = setUp(kind, options);
    const visitor = browser();
    const seen: string[] = [];
    const tokens = new Set<string>();
    const note = (value: unknown) => seen.push(spellings(value));
    const failing = async (call: () => unknown) => {
      try {
        await call();
      } catch (error) {
        if (!isSessionError(error)) throw error;
        note(error);
        note(error.stack);
      }
    };

    for (const data of [{ secret: CANARY_DATA }, { userId: 7 }, { userId: 8 }]) {
      await visitor.visit((session) => session.update(data));
      tokens.add(tokenIn(visitor.cookie));
    }
    await visitor.visit(async (session, exchange) => {
      await failing(() => session.update({ bad: { [CANARY_DATA]: new Date() }, x: CANARY_DATA }));
      await failing(() => session.update(CANARY_DATA as never));
      await failing(() => session.update({ x: CANARY_DATA.repeat(500) }));
      note(sessions);
      note(exchange.locals);
    });
    tokens.add(tokenIn(visitor.cookie));
    const late = await visitor.start();
    late.exchange.flush();
    await failing(() => late.session.update({ userId: CANARY_DATA }));
    await failing(() => sessions.list(8));
    const copies = testExchange({ cookie: `${visitor.cookie}; ${visitor.cookie}` });
    await sessions.open(copies);
    for (const spoilt of [`${visitor.cookie}x`, visitor.cookie!.slice(0, -1), visitor.cookie!.slice(0, -4)])
      await browser(spoilt).visit();
    clock.advance(86_400_000);
    await visitor.visit();
    if (kind.stored) note(await sessions.list(8));
    note(events);

    expect(events.length).toBeGreaterThan(5);
    const text = seen.join("\n");
    for (const secret of [CANARY_PASSWORD, OTHER_PASSWORD, ...tokens]) expect(text).not.toContain(secret);
    // The name of a field is the application's own; values never show. The handle keeps its data to itself as well.
    expect(text.replaceAll(`data.bad.${CANARY_DATA}`, "")).not.toContain(CANARY_DATA);
  });

  test("the cookie shows neither data nor user", async () => {
    const { browser } = setUp(kind, options);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: "canary-user", secret: CANARY_DATA }));
    const bytes = tokenIn(visitor.cookie)
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("latin1"))
      .join();
    expect(visitor.cookie).not.toContain("canary");
    expect(bytes).not.toContain("canary");
  });

  test("the handle as JSON says nothing", async () => {
    const { browser } = setUp(kind, options);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7, secret: CANARY_DATA }));
    const { session } = await visitor.visit();
    expect(spellings(session)).not.toContain(CANARY_DATA);
    expect(spellings(session)).not.toContain(tokenIn(visitor.cookie));
  });
});

test("a store sees the SHA-256 of a token and never the token", async () => {
  const { browser, store, clock } = setUp({ stored: true });
  const visitor = browser();
  const tokens: string[] = [];
  const answers: unknown[] = [];
  for (const data of [{ theme: "dark" }, { userId: 7 }, { theme: "light" }]) {
    clock.advance(120_000);
    const { session } = await visitor.visit((one) => one.update(data));
    const token = tokenIn(visitor.cookie);
    tokens.push(token);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(session.id).toBe(createHash("sha256").update(`session ${token}`).digest("base64url"));
    answers.push(await recordsIn(store));
  }
  const calls = Object.values(store).map(
    (one: object | boolean) => typeof one === "function" && "mock" in one && one.mock,
  );
  const text = inspect([calls, answers], { depth: 10, maxArrayLength: null, maxStringLength: null });
  expect(text).toContain("theme");
  for (const token of tokens) expect(text).not.toContain(token);
});

test("the id of a stored session, which is public, is no key to it", async () => {
  const { browser, events } = setUp({ stored: true });
  const visitor = browser();
  const { session } = await visitor.visit((one) => one.update({ userId: 7 }));
  const thief = await browser(`__Host-session=${session.id!}`).visit();
  expect(thief.session.data).toEqual({});
  expect(events.at(-1)).toMatchObject({ type: "rejected", reason: "not-found" });
});

test("errors of wrong options repeat no password", () => {
  const messages: string[] = [];
  for (const password of ["canary-short", [CANARY_PASSWORD, "canary-short"], { canary: "canary-object" }])
    for (const make of [createSessions, sessionsOf])
      try {
        make({ password: password as string });
      } catch (error) {
        messages.push(spellings(error));
      }
  for (const option of ["secret", "maxAge", "unheardOf"])
    try {
      createSessions({ password: CANARY_PASSWORD, [option]: "canary-value" });
    } catch (error) {
      messages.push(spellings(error));
    }
  expect(messages).toHaveLength(9);
  expect(messages.join("\n").replaceAll(import.meta.filename, "")).not.toContain("canary");
});
