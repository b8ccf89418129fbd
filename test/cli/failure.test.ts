import { describe, expect, test } from "vitest";
import { failureDetails, failureLine, redactor } from "../../src/cli/failure.ts";
import { SessionError } from "../../src/index.ts";
import type { CliIo } from "../../src/cli/io.ts";

const redacted = (text: string, env: CliIo["env"], given: string[] = []) =>
  redactor({ env } as CliIo, given)(text);

describe("an error in one line", () => {
  test("has the words of what the store failed with", () => {
    const cause = new Error("relation does not exist\nat line 7");
    const failure = new SessionError("ERR_SESSION_STORE", "failed", { cause });
    expect(failureLine(failure)).toBe(
      "The session store did not answer as it should: relation does not exist",
    );
  });

  test("has words also where the error has none", () => {
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    expect(failureLine(new AggregateError([refused, refused]))).toBe("ECONNREFUSED");
    expect(failureLine(new TypeError(""))).toBe("TypeError");
    expect(failureLine("thrown text")).toBe("unknown error");
  });

  test("spells out what would move the terminal's cursor", () => {
    expect(failureLine(new Error("a\u001b[2Jb"))).toBe("a\\u{1b}[2Jb");
  });

  test("has, when asked for, the stacks and nothing else of what the error carries", () => {
    const cause = Object.assign(new Error("inner"), { input: "canary" });
    const details = failureDetails(new Error("outer", { cause }));
    expect(details).toMatch(/^Error: outer\n +at [^]*\ncaused by Error: inner\n +at /);
    expect(details).not.toContain("canary");
  });
});

describe("what is taken out of errors", () => {
  test("is every secret of the environment", () => {
    const env = { SESSION_SECRET: "first-one", MY_API_TOKEN: "second-one", HOME: "/home/me" };
    expect(redacted("first-one second-one /home/me", env)).toBe("[secret] [secret] /home/me");
  });

  test("is the password of an address, as it is spelled and as it is meant", () => {
    const DATABASE_URL = "postgres://me:p%40ss:w0rd@db.example/app";
    expect(redacted("p%40ss:w0rd or p@ss:w0rd at db.example", { DATABASE_URL })).toBe(
      "[secret] or [secret] at db.example",
    );
    expect(redacted("hidden", {}, ["--store=redis://:hidden@h"])).toBe("[secret]");
    expect(redacted("100%hidden", {}, ["redis://:100%hidden@h"])).toBe("[secret]");
  });

  test("is a token that was typed, but no path", () => {
    const token = "A".repeat(43);
    const path = `/data/${"long".repeat(10)}/app.db`;
    expect(redacted(`${token} ${path}`, {}, [token, path])).toBe(`[secret] ${path}`);
  });

  test("is the whole of a secret that has another in it", () => {
    expect(redacted("abcd-efgh", { A_SECRET: "abcd", B_SECRET: "abcd-efgh" })).toBe("[secret]");
  });
});
