import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { checkPassword, hashPassword, verifyPassword, type PasswordRules } from "../../src/auth/password.ts";
import { errorOf } from "../sessions/harness.ts";
import { CHEAP } from "./password-module.ts";

/** The code of the problem, without the list of breached passwords unless that is what is asked about. */
async function problemOf(password: string, rules: PasswordRules = {}): Promise<string | undefined> {
  return (await checkPassword(password, { isBreached: () => false, ...rules }))?.code;
}

describe("a new password", () => {
  test("needs 8 characters, or as many as the application wants, from 8 to its maximum", async () => {
    expect(await problemOf("x".repeat(7))).toBe("too-short");
    expect(await problemOf("x".repeat(8))).toBeUndefined();
    expect(await problemOf("x".repeat(14), { minLength: 15 })).toBe("too-short");
    expect(await problemOf("x".repeat(15), { minLength: 15 })).toBeUndefined();
    expect(await problemOf("")).toBe("too-short");
  });

  test("may have 1024 characters, or as many as the application wants, never fewer than 64", async () => {
    for (const length of [64, 65, 255, 1023, 1024])
      expect(await problemOf("x".repeat(length))).toBeUndefined();
    expect(await problemOf("x".repeat(1025))).toBe("too-long");
    expect(await problemOf("x".repeat(64), { maxLength: 64 })).toBeUndefined();
    expect(await problemOf("x".repeat(65), { maxLength: 64 })).toBe("too-long");
    expect(await problemOf("x".repeat(5_000_000))).toBe("too-long");
  });

  test("has its characters counted as code points of its normal form C", async () => {
    expect(await problemOf("😀".repeat(7))).toBe("too-short");
    expect(await problemOf("😀".repeat(8))).toBeUndefined();
    expect(await problemOf("😀".repeat(1024))).toBeUndefined();
    expect(await problemOf("😀".repeat(1025))).toBe("too-long");
    expect(await problemOf("e\u0301".repeat(7))).toBe("too-short");
    expect(await problemOf("e\u0301".repeat(8))).toBeUndefined();
    expect(await problemOf("e\u0301".repeat(1024))).toBeUndefined();
    expect(await problemOf("e\u0301".repeat(1025))).toBe("too-long");
    // Each is one character that takes four units taken apart.
    expect(await problemOf("ᾧ".normalize("NFD").repeat(1024))).toBeUndefined();
  });

  test("of any characters is accepted, hashed and recognised, as long as its length is right", async () => {
    const unit = fc.constantFrom("binary" as const, "grapheme" as const, "binary-ascii" as const);
    const password = unit.chain((kind) =>
      fc.string({ unit: kind, minLength: 8, maxLength: 1024, size: "max" }),
    );
    await fc.assert(
      fc.asyncProperty(password, async (typed) => {
        const length = Array.from(typed.normalize("NFC")).length;
        fc.pre(length >= 8 && length <= 1024);
        expect(await problemOf(typed)).toBeUndefined();
        expect(await verifyPassword(await hashPassword(typed, CHEAP), typed)).toBe(true);
      }),
      { numRuns: 60 },
    );
    for (const typed of ["        ", "\0\0\0\0\0\0\0\0", "\ud800".repeat(8), " padded ", "éèêëēėęě"])
      expect(await checkPassword(typed)).toBeUndefined();
  });

  test("is not trimmed", async () => {
    expect(await problemOf("       x")).toBeUndefined();
    expect(await problemOf("x\n\n\n\n\n\n\n")).toBeUndefined();
  });

  test("must not be known from breaches, by the list of the package or another", async () => {
    expect(await checkPassword("Trustno1")).toMatchObject({ code: "breached" });
    expect(await checkPassword("correct horse")).toBeUndefined();
    const isBreached = vi.fn<(password: string) => Promise<boolean>>(async () => true);
    expect(await problemOf("Cafe\u0301 noir", { isBreached })).toBe("breached");
    expect(isBreached.mock.calls).toEqual([["Cafe\u0301 noir"]]);
    expect(await problemOf("Trustno1", { isBreached: () => false })).toBeUndefined();
  });

  test("is not accepted when nobody can tell whether it was breached", async () => {
    const cause = new Error("the service is down");
    await expect(problemOf("correct horse", { isBreached: () => Promise.reject(cause) })).rejects.toBe(cause);
  });

  test("is asked for in a list only when nothing else is wrong with it", async () => {
    const isBreached = vi.fn<() => boolean>(() => true);
    expect(await problemOf("short", { isBreached })).toBe("too-short");
    expect(await problemOf("x".repeat(1025), { isBreached })).toBe("too-long");
    expect(await problemOf("coatcheck", { isBreached, words: ["coatcheck"] })).toBe("contextual");
    expect(isBreached).not.toHaveBeenCalled();
  });

  test("has problems whose messages hold nothing of it", async () => {
    const words = ["canary"];
    for (const password of ["canary", "canary".repeat(200), "canary42", "canarybird"]) {
      const problem = await checkPassword(password, { words, isBreached: () => true });
      expect(problem?.message).toMatch(/^[A-Z].*\.$/);
      expect(problem?.message).not.toMatch(/canary/i);
    }
    expect(await checkPassword("x", { minLength: 15 })).toEqual({
      code: "too-short",
      message: "A password needs at least 15 characters.",
    });
  });

  test.each([
    { minLength: 7 },
    { minLength: 8.5 },
    { minLength: 1025 },
    { minLength: NaN },
    { maxLength: 63 },
    { maxLength: 1025 },
    { maxLength: Infinity },
    { maxLength: 64, minLength: 65 },
    { minLength: "15" as never },
  ])("is not checked with %o, which the error names", async (rules) => {
    const { code, message } = await errorOf(() => checkPassword("correct horse", rules));
    expect([code, message]).toEqual(["ERR_SESSION_CONFIG", expect.stringContaining(Object.keys(rules)[0]!)]);
  });
});

describe("a context word", () => {
  const words = ["Coatcheck", "harry.potter@hogwarts.example", "Zoë"];

  test.each([
    ["the word itself", "coatcheck"],
    ["the word in another case", "COATcheck"],
    ["the word twice", "coatcheckCoatcheck"],
    ["the word and a digit", "Coatcheck1"],
    ["the word and a year", "Coatcheck2026"],
    ["the word between others", "!!Coatcheck!!"],
    ["the whole address", "harry.potter@hogwarts.example"],
    ["the address and a digit", "harry.potter@hogwarts.example1"],
    ["its local part", "harry.potter"],
    ["the parts of it, the other way round", "potterharry"],
    ["a part and a year", "hogwarts1998"],
    ["parts of several words", "hogwarts-coatcheck"],
    ["a short word again and again", "zoëzoëzoë"],
    ["the word in another normal form", "Zoe\u0308Zoe\u0308 123"],
  ])("is refused as %s", async (_what, password) => {
    expect(await problemOf(password, { words })).toBe("contextual");
  });

  test.each([
    ["five characters of its own beside the word", "Coatcheck20266"],
    ["a sentence that has the word in it", "my coatcheck is red"],
    ["less than a part of a word", "potte-hogwart"],
    ["nothing of any word", "correct horse"],
  ])("is no reason to refuse %s", async (_what, password) => {
    expect(await problemOf(password, { words })).toBeUndefined();
  });

  test("is also one of one or two letters, but no part of a word is", async () => {
    expect(await problemOf("abababab", { words: ["ab"] })).toBe("contextual");
    expect(await problemOf("abababab", { words: ["ab@cd"] })).toBeUndefined();
  });

  test("is the same in another normal form, and does not hide the longer one that begins with it", async () => {
    expect(await problemOf("zoëzoë 12", { words: ["ZOE\u0308"] })).toBe("contextual");
    expect(await problemOf("hogwartshogwarts", { words: ["hog", "hogwarts"] })).toBe("contextual");
  });

  test("that is empty, of no letters, or longer than any password harms nobody", async () => {
    const endless = `coatcheck.${"x".repeat(4096)}`;
    expect(await problemOf("coatcheck", { words: ["", " ", ".", "\ud800", endless] })).toBeUndefined();
  });

  test("is taken as text, not as a pattern", async () => {
    expect(await problemOf("correct horse", { words: [".*", "$&", "[a-z"] })).toBeUndefined();
    expect(await problemOf("[a-z[a-z", { words: ["[a-z"] })).toBe("contextual");
  });
});
