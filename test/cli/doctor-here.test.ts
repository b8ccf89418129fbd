import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { checkRuntime } from "../../src/cli/doctor/check-runtime.ts";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { sqliteFolder } from "../stores/sqlite/folder.ts";
import { startPostgres } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";
import { coatcheck, coatcheckJson } from "./cli.ts";

const { file } = sqliteFolder();
const good = "Zs2vQk9w_hT7yPq4LmN8xRb3cJd6fGtA1eUoXiWnKzY";
const goodToo = "pX4-mVd0LhQe7RkT2uYbWsNz9cFgJa8iOo5E3vKqHx1";
const well = { NODE_ENV: "production", SESSION_SECRET: good };

interface Diagnosis {
  readonly ok: boolean;
  readonly findings: Finding[];
}

async function diagnose(env: Record<string, string | undefined>, ...options: string[]) {
  const { code, answer } = await coatcheckJson(["doctor", ...options], { env, now: Date.now });
  const { ok, findings } = answer as Diagnosis;
  expect(ok).toBe(code === 0);
  return { code, findings, flaws: findings.filter(({ level }) => level !== "ok") };
}

describe("doctor, of a configuration", () => {
  test("finds nothing wrong with one that is well", async () => {
    expect(await diagnose(well)).toMatchObject({ code: 0, flaws: [] });
    const { out } = await coatcheck(["doctor"], { env: well });
    expect(out).toMatch(/^(✓ .+\n){4}\nno errors, no warnings\.\n$/);
  });

  test.each<[check: string, level: string, words: RegExp, env: Record<string, string | undefined>]>([
    ["node-env", "warning", /not set/, { NODE_ENV: undefined }],
    ["node-env", "warning", /not production/, { NODE_ENV: "development" }],
    ["secret", "error", /is not set/, { SESSION_SECRET: undefined }],
    ["secret", "error", /is not set/, { SESSION_SECRET: "" }],
    ["secret", "error", /shorter than 32/, { SESSION_SECRET: good.slice(0, 31) }],
    ["secret", "error", /repeats itself/, { SESSION_SECRET: "Zs2vQk9w_hT7yPq4".repeat(3) }],
    ["secret", "error", /repeats itself/, { SESSION_SECRET: "x".repeat(64) }],
    ["secret", "error", /few different characters/, { SESSION_SECRET: "10110111010010110101110100101101" }],
    ["secret", "error", /neighbouring/, { SESSION_SECRET: "abcdefghijklmnopqrstuvwxyz0123456789" }],
    ["secret", "error", /placeholder/, { SESSION_SECRET: "areallylongsecretthatyoushouldreplace" }],
    ["secret", "error", /placeholder/, { SESSION_SECRET: "complex_password_at_least_32_characters_long" }],
    ["secret", "error", /published/, { SESSION_SECRET: "80d42cfb-1cd2-462c-8f17-e3237d9027e9" }],
    ["secret", "warning", /128 bits/, { SESSION_SECRET: "90317462850284715036392817465029" }],
    ["secret", "warning", /blanks or quotes/, { SESSION_SECRET: `"${good}"` }],
    ["secret", "warning", /blanks or quotes/, { SESSION_SECRET: `${good}\n` }],
    ["old-secret", "error", /shorter than 32/, { OLD_SESSION_SECRET: "tiny-one" }],
    ["old-secret", "warning", /the same as/, { OLD_SESSION_SECRET: good }],
  ])("finds %s (%s) %s", async (check, level, words, env) => {
    const { code, flaws } = await diagnose({ ...well, ...env });
    expect(flaws).toEqual([
      { level, check, message: expect.stringMatching(words) as string, fix: expect.any(String) as string },
    ]);
    expect(code).toBe(level === "error" ? 1 : 0);
    const told = JSON.stringify(flaws);
    const secrets = [env["SESSION_SECRET"], env["OLD_SESSION_SECRET"]].filter((secret) => secret);
    expect(secrets.filter((secret) => told.includes(secret!.trim()))).toEqual([]);
  });

  test("finds an old secret without a new one", async () => {
    const { flaws } = await diagnose({ ...well, SESSION_SECRET: undefined, OLD_SESSION_SECRET: good });
    expect(flaws.map(({ check }) => check)).toEqual(["secret", "old-secret"]);
  });

  test("takes an old secret beside the new one, and variables of other names", async () => {
    expect((await diagnose({ ...well, OLD_SESSION_SECRET: goodToo })).flaws).toEqual([]);
    const env = { NODE_ENV: "production", COOKIE_KEY: good, FORMER: "short" };
    const { flaws } = await diagnose(env, "--password-env", "COOKIE_KEY", "--password-env", "FORMER");
    expect(flaws.map(({ message }) => message)).toEqual(["FORMER is shorter than 32 characters."]);
  });

  test("finds no secret of coatcheck keygen weak, in a thousand", async () => {
    for (let n = 0; n < 1000; n++) {
      const { out } = await coatcheck(["keygen"]);
      const { code } = await coatcheck(["doctor"], { env: { ...well, SESSION_SECRET: out.trim() } });
      expect(code).toBe(0);
    }
  });

  test.each([
    ["22.11.0", "error"],
    ["20.19.1", "error"],
    ["22.12.0", "ok"],
    ["24.0.0", "ok"],
  ])("takes Node %s for %s", (version, level) => {
    expect(checkRuntime({}, version)[0]).toMatchObject({ check: "node", level });
  });
});

describe("doctor, of a store", () => {
  test("needs no secret where sessions are in a store, and passes on what the store finds", async () => {
    const path = file();
    const env = { NODE_ENV: "production", SESSION_STORE: `sqlite:${path}` };
    const before = await diagnose(env);
    expect(before.code).toBe(1);
    expect(before.flaws.map(({ check }) => check)).toEqual(["store"]);
    await coatcheck(["migrate"], { env });
    expect(await diagnose(env)).toMatchObject({ code: 0, flaws: [] });
    chmodSync(path, 0o666);
    chmodSync(dirname(path), 0o777);
    const { flaws } = await diagnose(env);
    expect(flaws).toEqual([expect.objectContaining({ check: "store", level: "warning" })]);
  });

  test("finds a Redis that forgets what it has acknowledged, and says it once", async () => {
    const redis = await startRedis();
    const warn = vi.spyOn(console, "warn");
    try {
      const { code, flaws } = await diagnose({ NODE_ENV: "production", SESSION_STORE: redis.url });
      expect(code).toBe(1);
      expect(flaws.filter(({ message }) => message.includes("append-only"))).toHaveLength(1);
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
      await redis.stop();
    }
  });

  test("finds a PostgreSQL whose commits are not durable, or whose table is missing", async () => {
    const postgres = await startPostgres({ fsync: "off" });
    try {
      const env = { NODE_ENV: "production", DATABASE_URL: postgres.url };
      const before = await diagnose(env);
      expect(before.flaws.map(({ level }) => level)).toEqual(["error", "error"]);
      await coatcheck(["migrate"], { env });
      const { flaws } = await diagnose(env);
      expect(flaws).toEqual([
        expect.objectContaining({ message: expect.stringContaining("fsync") as string }),
      ]);
    } finally {
      await postgres.stop();
    }
  });

  test.each(["postgres", "redis"])(
    "says of a %s that is down what to do, without its password",
    async (scheme) => {
      const env = { NODE_ENV: "production", SESSION_STORE: `${scheme}://user:canary@127.0.0.1:1/0` };
      const { code, findings, flaws } = await diagnose(env);
      expect(code).toBe(1);
      expect(flaws).toEqual([
        expect.objectContaining({
          level: "error",
          check: "store",
          message: expect.stringContaining("ECONNREFUSED") as string,
          fix: expect.stringContaining("the server runs") as string,
        }),
      ]);
      expect(JSON.stringify(findings)).not.toContain("canary");
    },
  );
});
