import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sodium from "sodium-native";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { EXPLANATIONS } from "../../src/cli/inspect/reasons.ts";
import { createSessions } from "../../src/index.ts";
import type { SessionOptions } from "../../src/index.ts";
import { sodiumCipher } from "../../src/sodium.ts";
import { cookieFor, testExchange } from "../../src/testing/index.ts";
import { coatcheck, coatcheckJson, type CliWorld } from "./cli.ts";

const password = "a password for tests, of many characters";
const other = "another password for tests, just as long";
const env = { SESSION_SECRET: password };
const start = Date.UTC(2026, 2, 1, 10);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function header(options: SessionOptions = {}, at = start): Promise<string> {
  return cookieFor(createSessions({ password, now: () => at, ...options }), { userId: 7 });
}

/** The value out of `name=value`. */
const valueOf = (cookie: string): string => cookie.slice(cookie.indexOf("=") + 1);

interface Inspected {
  readonly accepted: boolean | null;
  readonly reason?: keyof typeof EXPLANATIONS;
  readonly [name: string]: unknown;
}

async function judged(input: string, world: CliWorld, ...options: string[]) {
  const around = { input, env, now: () => start + MINUTE, ...world };
  const { answer } = await coatcheckJson(["inspect", ...options], around);
  return { answer: answer as Inspected };
}

describe("inspect, of a sealed session", () => {
  test("tells the parts, the content and that it would be accepted", async () => {
    const sessions = createSessions({ password, now: () => start });
    const exchange = testExchange();
    const session = await sessions.open(exchange);
    await session.update({ userId: 7, theme: "dark" });
    await session.flash.set("notice", "Saved.");
    const [line = ""] = exchange.headers.getSetCookie();
    const input = line.split(";", 1)[0]!;
    const { code, out, err } = await coatcheck(["inspect"], { input, env, now: () => start + MINUTE });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("2026-03-01 (day 20513)");
    expect(out).toContain("2026-03-01T10:00:00.000Z (1 min ago)");
    expect(out).toContain("2026-03-01T10:30:00.000Z (in 29 min)");
    expect(out).toContain("2026-03-01T22:00:00.000Z (in 11 h)");
    expect(out).toContain('{"userId":7,"theme":"dark"}');
    expect(out).toContain('{"notice":"Saved."}');
    expect(out).toContain("the one in SESSION_SECRET");
    expect(out).toContain("✓ It would be accepted now.");

    const { answer } = await judged(input, {});
    expect(answer).toMatchObject({
      kind: "sealed",
      cookie: "__Host-session",
      version: "s1",
      kid: input.split(".")[1],
      day: "2026-03-01",
      sealedWith: "SESSION_SECRET",
      id: session.id,
      accepted: true,
      session: {
        createdAt: "2026-03-01T10:00:00.000Z",
        authenticatedAt: "2026-03-01T10:00:00.000Z",
        idleTimeout: 1800,
        absoluteExpiresAt: "2026-03-01T22:00:00.000Z",
        dataVersion: 1,
        data: { userId: 7, theme: "dark" },
        flash: { notice: "Saved." },
      },
    });
  });

  test("takes the value alone, a pair and a whole header, from the input and the argument", async () => {
    const pair = await header();
    for (const cookie of [valueOf(pair), pair, `Cookie: a=b; ${pair}; c=d`, `a=b;${pair}\n`]) {
      const world = { env, now: () => start };
      expect((await coatcheck(["inspect"], { input: cookie, ...world })).code).toBe(0);
      expect((await coatcheck(["inspect", cookie], world)).code).toBe(0);
    }
  });

  test("takes the cookie of development, which has no prefix", async () => {
    const sessions = createSessions({ password, now: () => start });
    const input = await cookieFor(sessions, { userId: 7 }, "http://localhost:3000/");
    expect(input).toMatch(/^session=/);
    expect((await judged(input, {})).answer.accepted).toBe(true);
  });

  test("takes the session's name from --name, with and without prefix, and from a single pair", async () => {
    const input = await header({ name: "admin" });
    for (const options of [[], ["--name", "admin"], ["--name", "__Host-admin"]])
      expect((await judged(input, {}, ...options)).answer.accepted).toBe(true);
    expect((await judged(valueOf(input), {})).answer).toMatchObject({ accepted: false, reason: "forged" });
    expect((await judged(valueOf(input), {}, "--name", "admin")).answer.accepted).toBe(true);
  });

  test("reads what was sealed under the old password, and says that it will be sealed anew", async () => {
    const input = await header({ password: other });
    const { answer } = await judged(input, { env: { ...env, OLD_SESSION_SECRET: other } });
    expect(answer).toMatchObject({ accepted: true, sealedWith: "OLD_SESSION_SECRET" });
    expect(answer["notes"]).toEqual(["The next write seals it anew, under the first password."]);
  });

  test("takes passwords from other variables", async () => {
    const input = await header({ password: other });
    const world = { env: { FIRST: password, SECOND: other } };
    const { answer } = await judged(input, world, "--password-env", "FIRST", "--password-env", "SECOND");
    expect(answer).toMatchObject({ accepted: true, sealedWith: "SECOND" });
  });

  test("tells without a password what anybody can read, and accepts nothing", async () => {
    const { code, out } = await coatcheck(["inspect"], { input: await header(), now: () => start });
    expect(code).toBe(1);
    expect(out).toContain("2026-03-01 (day 20513)");
    expect(out).toContain("! Without its password nobody can tell");
    expect(out).not.toContain("userId");
  });

  test("spells out what would move the terminal's cursor", async () => {
    const sessions = createSessions({ password, now: () => start });
    const input = await cookieFor(sessions, { name: "a\u001b[2Jb\u009bc\u202ed" });
    const { out } = await coatcheck(["inspect"], { input, env, now: () => start });
    expect(out).toContain("\\u{9b}c\\u{202e}d");
    // oxlint-disable-next-line no-control-regex -- exactly those
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe("inspect, of a session that is sealed with libsodium", () => {
  const cipher = sodiumCipher(sodium);

  test("tells the parts and the content, and who accepts it, where sodium-native is installed", async () => {
    const input = await header({ cipher });
    const { code, out, err } = await coatcheck(["inspect"], { input, env, now: () => start + MINUTE });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(
      "✓ It would be accepted now.\n  Sessions without the option cipher refuse it (malformed).",
    );
    const { answer } = await judged(input, {});
    expect(answer).toMatchObject({
      kind: "sealed",
      version: "x1",
      kid: input.split(".")[1],
      day: "2026-03-01",
      sealedWith: "SESSION_SECRET",
      accepted: true,
      session: { data: { userId: 7 } },
    });
  });

  test("says why it would be refused", async () => {
    const cases = [
      { input: await header({ cipher, password: other }), now: start, reason: "unknown-key" },
      { input: valueOf(await header({ cipher, name: "admin" })), now: start, reason: "forged" },
      { input: await header({ cipher }), now: start + 30 * MINUTE, reason: "idle" },
      { input: await header({ cipher }), now: start + 5 * DAY, reason: "out-of-lifetime" },
    ];
    for (const { input, now, reason } of cases)
      expect((await judged(input, { now: () => now })).answer).toMatchObject({ accepted: false, reason });
    const { answer } = await judged((await header({ cipher })).slice(0, 40), {});
    expect(answer.reason).toBe("malformed");
    expect(String(answer["notes"])).toContain("a part of it may be missing");
  });

  test("tells the parts and the password elsewhere, and what it takes to see more", async () => {
    const input = await header({ cipher });
    const empty = mkdtempSync(join(tmpdir(), "coatcheck-cli-"));
    const folder = vi.spyOn(process, "cwd").mockReturnValue(empty);
    try {
      const { code, out } = await coatcheck(["inspect"], { input, env, now: () => start });
      expect(code).toBe(1);
      expect(out).toContain("2026-03-01 (day 20513)");
      expect(out).toContain("the one in SESSION_SECRET");
      expect(out).toMatch(/! It is sealed with libsodium: .*sodium-native/);
      expect(out).not.toContain("userId");
      expect((await judged(input, {})).answer).toMatchObject({ version: "x1", accepted: null });
    } finally {
      folder.mockRestore();
      rmSync(empty, { recursive: true });
    }
  });
});

describe("inspect, of a session that is refused", () => {
  let folder: string;
  let schema: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "coatcheck-cli-"));
    schema = join(folder, "schema.mjs");
    writeFileSync(
      schema,
      `const standard = (issues) => ({ "~standard": { version: 1, vendor: "test", validate: (value) => issues ? { issues } : { value } } });
       export default standard([{ message: "no" }]);
       export const lenient = standard();`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const long = { absoluteTimeout: (30 * DAY) / 1000, idleTimeout: (20 * DAY) / 1000 };
  const cases: Record<
    Exclude<keyof typeof EXPLANATIONS, "not-found">,
    () => Promise<{ input: string; now?: number; options?: string[]; note?: string }>
  > = {
    duplicate: async () => ({ input: `${await header()}; ${await header()}` }),
    malformed: async () => ({ input: (await header()).slice(0, 40), note: "a part of it may be missing" }),
    "unknown-key": async () => ({
      input: await header({ password: other }),
      note: "The password in SESSION_SECRET has the key id",
    }),
    "out-of-lifetime": async () => ({ input: await header(), now: start - 3 * DAY, note: "begins only at" }),
    forged: async () => ({ input: await header({ name: "admin" }).then(valueOf) }),
    expired: async () => ({ input: await header({ idleTimeout: 43_200 }), now: start + 12 * 60 * MINUTE }),
    idle: async () => ({ input: await header(), now: start + 30 * MINUTE }),
    "not-yet-valid": async () => ({ input: await header(), now: start - 2 * MINUTE }),
    version: async () => ({ input: await header({ version: 2 }), options: ["--data-version", "3"] }),
    "invalid-data": async () => ({ input: await header(), options: ["--schema", schema] }),
  };

  test.each(Object.entries(cases))("says %s, why, and what to do", async (reason, make) => {
    const { input, now = start + MINUTE, options = [], note = "" } = await make();
    const world = { input, env, now: () => now };
    const { code, out, err } = await coatcheck(["inspect", ...options], world);
    const { why, fix } = EXPLANATIONS[reason as keyof typeof EXPLANATIONS];
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toContain(`✗ It would be refused (${reason}). ${why}\n  ${fix}\n`);
    expect(out).toContain(note);
    expect((await judged(input, world, ...options)).answer).toMatchObject({
      accepted: false,
      reason,
      why,
      fix,
    });
  });

  test.each(Object.keys(cases).filter((reason) => reason !== "invalid-data"))(
    "agrees about %s with what an application does",
    async (reason) => {
      const { input, now = start + MINUTE } = await cases[reason as keyof typeof cases]();
      const reasons: string[] = [];
      const sessions = createSessions({
        password,
        now: () => now,
        version: reason === "version" ? 3 : 1,
        onEvent: (event) => void (event.type === "rejected" && reasons.push(event.reason)),
      });
      const cookie = input.includes("=") ? input : `__Host-session=${input}`;
      const session = await sessions.open(testExchange({ cookie }));
      expect(session.data).toEqual({});
      expect(reasons).toEqual([reason]);
    },
  );

  test("shows what is inside of one that is too old or too new", async () => {
    for (const at of [start - 5 * DAY, start + 5 * DAY]) {
      const { answer } = await judged(await header(), { now: () => at });
      expect(answer).toMatchObject({ reason: "out-of-lifetime", session: { data: { userId: 7 } } });
    }
  });

  test("judges the age by the token's own limit, or by the one that is given", async () => {
    const input = await header(long);
    const world = { now: () => start + 10 * DAY };
    expect((await judged(input, world)).answer.accepted).toBe(true);
    expect((await judged(input, world, "--absolute-timeout", "43200")).answer.reason).toBe("out-of-lifetime");
  });

  test("accepts data that the schema of the application accepts", async () => {
    expect((await judged(await header(), {}, "--schema", `${schema}#lenient`)).answer.accepted).toBe(true);
  });

  test.each([
    ["Fe26.2*1*ab*cd", "h3 or iron-session"],
    ["s%3Aabc.def", "express-session"],
    ["eyJhbGciOiJIUzI1NiJ9.e30.x", "JSON Web Token"],
  ])("recognises %s of another system", async (input, words) => {
    const { answer } = await judged(input, {});
    expect(answer.reason).toBe("malformed");
    expect(String(answer["notes"])).toContain(words);
  });

  test("has an explanation that is not another's for every reason", () => {
    const all = Object.values(EXPLANATIONS);
    expect(new Set(all.map(({ why }) => why)).size).toBe(all.length);
  });
});
