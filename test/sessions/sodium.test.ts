import sodium from "sodium-native";
import { describe, expect, test } from "vitest";
import { COOKIE_LIMIT } from "../../src/core/cookie.ts";
import { createKeyring } from "../../src/core/keyring.ts";
import { createSealer } from "../../src/core/seal.ts";
import { DAY_MS } from "../../src/core/token.ts";
import { runtimeCrypto } from "../../src/crypto/runtime.ts";
import type { SessionOptions } from "../../src/options.ts";
import { createSessions } from "../../src/sessions.ts";
import { sodiumCipher } from "../../src/sodium.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieFor, fakeClock, testExchange } from "../../src/testing/index.ts";
import {
  codeOf,
  errorOf,
  OTHER_PASSWORD,
  PASSWORD,
  rejections,
  setCookies,
  setUp,
  tokenIn,
} from "./harness.ts";

const sealed = { stored: false };
const cipher = sodiumCipher(sodium);
const opensOnly = sodiumCipher(sodium, { opensOnly: true });
const clock = fakeClock();

/** Sessions with an option `cipher`, or with none. */
const withCipher = (one: SessionOptions["cipher"], options: SessionOptions = {}) =>
  setUp(sealed, { clock, cipher: one, ...options });
const versionOf = (cookie: string | undefined) => tokenIn(cookie).split(".")[0];

/** The cookie of a visitor who logged in at sessions with some options. */
async function cookieOf(options: SessionOptions = {}): Promise<string> {
  const sessions = createSessions({ password: PASSWORD, now: clock.now, ...options });
  return cookieFor(sessions, { userId: 7 });
}

describe("sessions with libsodium", () => {
  test("seal, open, change and end as any others, and at once", async () => {
    const { browser, sessions, events } = withCipher(cipher);
    const visitor = browser();
    await visitor.visit((session) => session.update({ userId: 7, name: "Żółć 🧙" }));
    expect(versionOf(visitor.cookie)).toBe("x1");
    const opened = sessions.open(testExchange({ cookie: visitor.cookie }));
    expect(opened).not.toBeInstanceOf(Promise);
    expect((await opened).data).toEqual({ userId: 7, name: "Żółć 🧙" });
    const first = visitor.cookie;
    await visitor.visit((session) => session.rotate());
    expect(visitor.cookie).not.toBe(first);
    await visitor.visit(async (session) => {
      await session.flash.set("notice", "ü");
      expect(await session.flash.take("notice")).toBe("ü");
      await session.clear();
    });
    expect(visitor.cookie).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(["created", "rotated", "destroyed"]);
  });

  test("ask the cipher of the token's version, and no other", () => {
    const crypto = runtimeCrypto();
    const asked: string[] = [];
    const sealer = cipher.sealer((one) => {
      const keyring = createKeyring([PASSWORD], crypto, one);
      const made = createSealer({ keyring, crypto, purpose: "session", name: "session", maxAge: DAY_MS });
      const open = made.open.bind(made);
      return { ...made, open: (...of) => (asked.push(one.version), open(...of)) };
    }, crypto);
    const token = sealer.seal("text", clock.now()) as string;
    for (const version of ["x1", "s1"])
      for (const tried of [token, `${token}A`, `${token.slice(0, -3)}AAA`])
        void sealer.open(version + tried.slice(2), clock.now());
    expect(asked).toEqual(["x1", "x1", "x1", "s1", "s1", "s1"]);
  });

  test("open what was sealed before, and seal it anew at the next write", async () => {
    const { browser, events } = withCipher(cipher);
    const visitor = browser(await cookieOf());
    expect(versionOf(visitor.cookie)).toBe("s1");
    const before = visitor.cookie;
    expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
    expect(visitor.cookie).toBe(before);
    await visitor.visit((session) => session.update({ theme: "dark" }));
    expect(versionOf(visitor.cookie)).toBe("x1");
    expect((await visitor.visit()).session.data).toEqual({ userId: 7, theme: "dark" });
    expect(rejections(events)).toEqual([]);
  });

  test("answer tokens of both versions that were opened a moment ago, each for itself", async () => {
    const { browser, events } = withCipher(cipher);
    for (const cookie of [await cookieOf(), await cookieOf({ cipher })]) {
      const token = tokenIn(cookie);
      for (let n = 0; n < 4; n++) expect((await browser(cookie).visit()).session.data).toEqual({ userId: 7 });
      for (let i = 0; i < token.length; i++) {
        const forged = `${token.slice(0, i)}${token[i] === "A" ? "B" : "A"}${token.slice(i + 1)}`;
        expect((await browser(`__Host-session=${forged}`).visit()).session.data).toEqual({});
      }
      expect(rejections(events.splice(0))).toHaveLength(token.length);
    }
  });

  test("open no token of one version as one of the other", async () => {
    const { browser, events } = withCipher(cipher);
    const [old, own] = [await cookieOf(), await cookieOf({ cipher })];
    const parts = (cookie: string) => tokenIn(cookie).split(".");
    const mixed = [
      ["x1", ...parts(old).slice(1)],
      ["s1", ...parts(own).slice(1)],
      // Under a key id of its own version, so that there is a key.
      parts(old).with(3, parts(own)[3]!),
      parts(own).with(3, parts(old)[3]!),
      ["s2", ...parts(old).slice(1)],
      ["x2", ...parts(own).slice(1)],
    ];
    for (const made of mixed)
      expect((await browser(`__Host-session=${made.join(".")}`).visit()).session.data).toEqual({});
    expect(rejections(events)).toEqual([
      "unknown-key",
      "unknown-key",
      "forged",
      "forged",
      "malformed",
      "malformed",
    ]);
  });

  test("go through a change of passwords, with tokens of both versions", async () => {
    const cookies = [await cookieOf(), await cookieOf({ cipher })];
    const { browser, events } = withCipher(cipher, { password: [OTHER_PASSWORD, PASSWORD] });
    for (const cookie of cookies) {
      const visitor = browser(cookie);
      expect((await visitor.visit()).session.data).toEqual({ userId: 7 });
      await visitor.visit((session) => session.update({ theme: "dark" }));
      expect(versionOf(visitor.cookie)).toBe("x1");
      const after = withCipher(cipher, { password: OTHER_PASSWORD });
      expect((await after.browser(visitor.cookie).visit()).session.data).toMatchObject({ userId: 7 });
    }
    expect(rejections(events)).toEqual([]);
    const gone = withCipher(cipher, { password: OTHER_PASSWORD });
    for (const cookie of cookies) expect((await gone.browser(cookie).visit()).session.data).toEqual({});
    expect(rejections(gone.events)).toEqual(["unknown-key", "unknown-key"]);
  });

  test("are bound to their name", async () => {
    const { browser, events } = withCipher(cipher, { name: "admin" });
    for (const made of [await cookieOf(), await cookieOf({ cipher })])
      await browser(`__Host-admin=${tokenIn(made)}`).visit();
    expect(rejections(events)).toEqual(["forged", "forged"]);
  });

  test("fill a cookie to its last character, and say when it does not do", async () => {
    const { browser } = withCipher(cipher);
    const write = async (length: number) => {
      const visitor = browser();
      await visitor.visit((session) => session.update({ x: "x".repeat(length) }));
      return visitor.cookie!.length;
    };
    let longest = 0;
    let length = 2900;
    const growing = async (): Promise<never> => {
      for (;;) longest = await write(length++);
    };
    const refusal: unknown = await growing().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "ERR_SESSION_COOKIE_TOO_LARGE" });
    // Name and value without the sign between them; a character of base64url is three quarters of an octet.
    expect(COOKIE_LIMIT - (longest - 1)).toBeLessThan(2);
    expect(COOKIE_LIMIT - (longest - 1)).toBeGreaterThanOrEqual(0);
  });
});

describe("a node without libsodium", () => {
  test("rejects its cookies as malformed, and leaves them alone", async () => {
    const cookie = await cookieOf({ cipher });
    const { browser, events } = withCipher(undefined);
    const { session, exchange } = await browser(cookie).visit();
    expect([session.data, session.state]).toEqual([{}, "fresh"]);
    expect(rejections(events)).toEqual(["malformed"]);
    expect(setCookies(exchange)).toEqual([]);
    expect((await withCipher(cipher).browser(cookie).visit()).session.data).toEqual({ userId: 7 });
  });
});

describe("the cipher, brought in with opensOnly first", () => {
  test("logs nobody out at any step, in and out again", async () => {
    const steps = [undefined, opensOnly, cipher, opensOnly, undefined];
    // Between two steps some nodes are a step ahead: a visitor comes to either, and each is to open what the other has sealed.
    for (let i = 1; i < steps.length; i++) {
      const nodes = [withCipher(steps[i - 1]), withCipher(steps[i])];
      const visitors = nodes.map(({ browser }) => browser());
      for (const visitor of visitors) await visitor.visit((session) => session.update({ userId: 7 }));
      const seals = (step: SessionOptions["cipher"]) => (step === cipher ? "x1" : "s1");
      expect(visitors.map(({ cookie }) => versionOf(cookie))).toEqual([seals(steps[i - 1]), seals(steps[i])]);
      for (const { cookie } of visitors)
        for (const { browser } of nodes) {
          const visitor = browser(cookie);
          expect((await visitor.visit((session) => session.update({ n: i }))).session.data).toMatchObject({
            userId: 7,
          });
        }
      expect(nodes.flatMap(({ events }) => rejections(events))).toEqual([]);
    }
  });
});

describe("a cookie that is full when libsodium takes over", () => {
  const room = COOKIE_LIMIT - "__Host-session".length;
  /** The cookies of AES-256-GCM of a logged-in visitor that leave so many characters free. */
  async function almostFull(): Promise<string[]> {
    const cookies: string[] = [];
    const sessions = createSessions({ password: PASSWORD, now: clock.now });
    for (let length = 2900; cookies.length < 30; length++) {
      const cookie = await cookieFor(sessions, { userId: 7, cart: "x".repeat(length) }).catch(
        () => undefined,
      );
      if (cookie === undefined) break;
      if (tokenIn(cookie).length > room - 20) cookies.push(cookie);
    }
    return cookies;
  }

  test.each([
    ["without a schema", {}],
    ["with one that is asynchronous", { version: 2, migrate: (data: unknown) => data }],
  ])("stays as it is when the visitor is noted, and can be left (%s)", async (_what, options) => {
    const cookies = await almostFull();
    expect(cookies.length).toBeGreaterThan(10);
    clock.advance(61_000);
    for (const cookie of cookies) {
      const { browser } = withCipher(cipher, options);
      const visitor = browser(cookie);
      const { session, exchange } = await visitor.visit();
      expect(session.data["userId"]).toBe(7);
      const longer = tokenIn(cookie).length + 16 > room;
      expect(setCookies(exchange).length).toBe(longer ? 0 : 1);
      if (!longer) continue;
      const change = () => visitor.visit((one) => one.update({ theme: "dark" }));
      expect(await codeOf(change)).toBe("ERR_SESSION_COOKIE_TOO_LARGE");
      await visitor.visit((one) => one.clear());
      expect(visitor.cookie).toBeUndefined();
    }
  });
});

describe("the option cipher", () => {
  test.each([
    ["null", null],
    ["libsodium itself", sodium],
    ["sodiumCipher that was not called", sodiumCipher],
    ["a promise", Promise.resolve(cipher)],
    ["a name", "x1"],
    ["an empty object", {}],
  ])("cannot be %s", async (_what, wrong) => {
    const error = await errorOf(() => createSessions({ password: PASSWORD, cipher: wrong as never }));
    expect(error.code).toBe("ERR_SESSION_CONFIG");
    expect(error.message).toMatch(/\bcipher\b.*coatcheck\/sodium/);
  });

  test("cannot be given beside a store, where nothing is sealed", async () => {
    const error = await errorOf(() => createSessions({ store: memoryStore(), cipher }));
    expect([error.code, /\bcipher\b/.test(error.message)]).toEqual(["ERR_SESSION_CONFIG", true]);
  });

  test("still needs a password", async () => {
    expect(await codeOf(() => createSessions({ cipher }))).toBe("ERR_SESSION_PASSWORD");
    expect(await codeOf(() => createSessions({ password: "short", cipher }))).toBe("ERR_SESSION_PASSWORD");
  });

  test("makes sessions of another kind, which one request cannot have under one name", async () => {
    const exchange = testExchange();
    const [plain, ciphered] = [undefined, cipher].map((one) =>
      createSessions({ password: PASSWORD, cipher: one }),
    );
    await plain!.open(exchange);
    expect(await codeOf(() => ciphered!.open(exchange))).toBe("ERR_SESSION_CONFIG");
    const again = createSessions({ password: PASSWORD, cipher: sodiumCipher(sodium) });
    const another = testExchange();
    expect(await again.open(another)).toBe(await ciphered!.open(another));
  });
});
