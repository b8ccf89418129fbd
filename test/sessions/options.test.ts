import { describe, expect, test } from "vitest";
import type { SessionOptions } from "../../src/options.ts";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { errorOf, PASSWORD } from "./harness.ts";

const store = memoryStore();
const { find, insert, update } = store;

/** An option's name as the message must have it, and values that it cannot take. */
const wrong: readonly (readonly [named: string, values: readonly object[]])[] = [
  ["name", [{ name: "" }, { name: "a b" }, { name: "a;b" }, { name: "ä" }, { name: "a=b" }, { name: 7 }]],
  [
    "name",
    [{ name: "x".repeat(65) }, { name: "__Host-session" }, { name: "__Secure-x" }, { name: "__http-x" }],
  ],
  [
    "idleTimeout",
    [{ idleTimeout: 0 }, { idleTimeout: -1 }, { idleTimeout: Number.NaN }, { idleTimeout: "60" }],
  ],
  ["idleTimeout", [{ idleTimeout: 0.5 }, { idleTimeout: Number.POSITIVE_INFINITY }]],
  [
    "absoluteTimeout",
    [{ absoluteTimeout: 0 }, { absoluteTimeout: Number.POSITIVE_INFINITY }, { absoluteTimeout: "1h" }],
  ],
  ["absoluteTimeout", [{ absoluteTimeout: 400 * 24 * 3600 + 1 }]],
  ["touchInterval", [{ touchInterval: -1 }, { touchInterval: 1800 }, { touchInterval: Number.NaN }]],
  ["touchInterval", [{ idleTimeout: 60, touchInterval: 60 }]],
  ["userId", [{ userId: "userId" }, { userId: 7 }]],
  ["schema", [{ schema: {} }, { schema: { "~standard": {} } }, { schema: () => true }]],
  ["version", [{ version: -1 }, { version: 1.5 }, { version: "2" }, { version: Number.NaN }]],
  ["migrate", [{ migrate: {} }]],
  ["onEvent", [{ onEvent: "log" }]],
  ["now", [{ now: 0 }]],
  ["store", [{ store: {} }, { store: "redis://" }, { store: { find } }, { store: { find, insert, update } }]],
  ["store", [{ store: null }]],
  [
    "cookie.domain",
    [{ cookie: { domain: "https://a.example" } }, { cookie: { domain: "a b" } }, { cookie: { domain: "" } }],
  ],
  [
    "cookie.domain",
    [
      { cookie: { domain: "a.example; Path=/x" } },
      { cookie: { domain: ".a.example" } },
      { cookie: { domain: 7 } },
    ],
  ],
  [
    "cookie.path",
    [
      { cookie: { path: "" } },
      { cookie: { path: "a" } },
      { cookie: { path: "/;x" } },
      { cookie: { path: "/a b" } },
    ],
  ],
  ["cookie.path", [{ cookie: { path: 7 } }, { cookie: { path: "/a\r\nSet-Cookie: x" } }]],
  [
    "cookie.sameSite",
    [{ cookie: { sameSite: "Lax" } }, { cookie: { sameSite: true } }, { cookie: { sameSite: "" } }],
  ],
  ["cookie.persistent", [{ cookie: { persistent: "yes" } }, { cookie: { persistent: 1 } }]],
  ["trustProxy", [{ trustProxy: "false" }, { trustProxy: 1 }]],
  ["cookie", [{ cookie: true }, { cookie: "a=b" }, { cookie: 7 }]],
  ["options object", ["password", 7, null, undefined, () => {}] as object[]],
];

describe("a wrong option is refused where the sessions are made, by its name", () => {
  const cases = wrong.flatMap(([named, values]) => values.map((options) => ({ named, options })));

  test.each(cases)("$named: $options", async ({ named, options }) => {
    const given =
      typeof options === "object" && options !== null ? { password: PASSWORD, ...options } : options;
    const error = await errorOf(() => createSessions(given as SessionOptions));
    expect(error.code).toBe("ERR_SESSION_CONFIG");
    expect(error.message).toMatch(new RegExp(`\\b${named}\\b`));
  });
});

describe("an option that there is not", () => {
  test.each([
    ["maxAge", "absoluteTimeout"],
    ["ttl", "absoluteTimeout"],
    ["secret", "password"],
    ["cookieName", "name"],
  ])("%s points to %s", async (theirs, ours) => {
    const error = await errorOf(() => createSessions({ password: PASSWORD, [theirs]: "canary" }));
    expect(error.code).toBe("ERR_SESSION_CONFIG");
    expect(error.message).toContain(
      `${theirs} is not an option of createSessions; here it is called ${ours}`,
    );
    expect(error.message).not.toContain("canary");
  });

  test.each(["idletimeout", "sessionHeader", "toString", "constructor"])("%s is named", async (name) => {
    const error = await errorOf(() => createSessions({ password: PASSWORD, [name]: 1 }));
    expect(error.code).toBe("ERR_SESSION_CONFIG");
    expect(error.message).toMatch(new RegExp(`^${name} is not an option of createSessions\\.$`));
  });

  test.each(["secure", "httpOnly", "expires", "maxAge"])("cookie.%s is named", async (name) => {
    const error = await errorOf(() => createSessions({ password: PASSWORD, cookie: { [name]: true } }));
    expect(error.code).toBe("ERR_SESSION_CONFIG");
    expect(error.message).toContain(`cookie.${name} is not an option of createSessions`);
  });
});

describe("a password", () => {
  const short = "x".repeat(31);

  test.each([
    { what: "missing", password: undefined },
    { what: "null", password: null },
    { what: "an empty list", password: [] },
    { what: "empty", password: "" },
    { what: "of 31 characters", password: short },
    { what: "a list with a short one", password: [PASSWORD, short] },
    { what: "a list with a missing one", password: [PASSWORD, undefined] },
    { what: "a number", password: 7 },
    { what: "an object", password: { id: PASSWORD } },
    { what: "a list of lists", password: [[PASSWORD]] },
  ])("that is $what is refused", async ({ password }) => {
    const error = await errorOf(() => createSessions({ password: password as never }));
    expect(error.code).toBe("ERR_SESSION_PASSWORD");
    expect(error.message).toMatch(/32/);
  });

  test("of 32 characters will do", () => {
    expect(() => createSessions({ password: "x".repeat(32) })).not.toThrow();
  });

  test("is not needed with a store", () => {
    expect(() => createSessions({ store, password: undefined })).not.toThrow();
  });
});

test("right options are accepted, undefined being the same as absent", () => {
  const absent = Object.fromEntries(
    [
      "name",
      "cipher",
      "store",
      "idleTimeout",
      "absoluteTimeout",
      "touchInterval",
      "userId",
      "schema",
      "version",
    ]
      .concat(["migrate", "cookie", "trustProxy", "onEvent", "now"])
      .map((key) => [key, undefined]),
  );
  expect(createSessions({ password: PASSWORD, ...absent }).name).toBe("session");
  const cookie = { domain: "app.example", path: "/a/b", sameSite: "strict", persistent: true } as const;
  expect(
    createSessions({ password: PASSWORD, name: "hogwarts", cookie, version: 0, touchInterval: 0 }).name,
  ).toBe("hogwarts");
});
