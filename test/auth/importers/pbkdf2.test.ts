import { pbkdf2Sync } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pbkdf2Hashes } from "../../../src/auth/importers/index.ts";
import { createPasswords } from "../../../src/auth/password.ts";
import { codeOf } from "../../sessions/harness.ts";

const importer = pbkdf2Hashes();
const HASH = "CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=";
const GOOD = `pbkdf2_sha256$10000$seasalt$${HASH}`;

/** What Django's PBKDF2PasswordHasher.encode returns, by an independent implementation. */
function encode(password: string, salt: string, iterations: number): string {
  const hash = pbkdf2Sync(password, salt, iterations, 32, "sha256").toString("base64");
  return `pbkdf2_sha256$${iterations}$${salt}$${hash}`;
}

describe("a hash of Django", () => {
  test.each([
    // Django 1.5, 1.11 and 2.1, tests/auth_tests/test_hashers.py.
    ["lètmein", GOOD],
    ["lètmein", "pbkdf2_sha256$36000$seasalt$mEUPPFJkT/xtwDU8rB7Q+puHRZnR07WRjerTkt/3HI0="],
    ["lètmein", "pbkdf2_sha256$120000$seasalt$fsgWMpOXin7ZAmi4j+7XjKCZ4JCvxJTGiwwDrawRqSc="],
    // python3: base64.b64encode(hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations))
    ["lètmein", "pbkdf2_sha256$1$seasalt2$h3NICSKfQIQZrgY1hu9zvFs/fKpyZxtJcUgT2+Ye20k="],
    ["", "pbkdf2_sha256$1$a$aeZT4bBCMD3Uvb+w591EueB48UijiWiq/QiSMEJFAl8="],
    ["Pässwörd\0x", "pbkdf2_sha256$600000$Zx9kQ2mB7Lw4$M+qimy05iMqf1zPZ7UlNrhG/9vNPM6p9I/RrOj8BwyY="],
  ])("is right for %o alone", async (password, stored) => {
    expect(importer.matches(stored)).toBe(true);
    expect(await importer.verify(stored, password)).toBe(true);
    for (const other of [`${password}z`, `${password}\0z`, `${password} `, "pässwörd"])
      expect(await importer.verify(stored, other)).toBe(false);
  });

  test("is of the password as it is, not normalised, over every character but NULs at its end", async () => {
    const text = fc.string({ unit: "binary", maxLength: 200 });
    // HMAC fills a key up with zeros, so to PBKDF2 they are nothing.
    const withoutNuls = (password: string) => password.replace(/\0+$/, "");
    await fc.assert(
      fc.asyncProperty(text, text, fc.stringMatching(/^[\w.-]{1,22}$/), async (typed, other, salt) => {
        const stored = encode(typed, salt, 2);
        expect(await importer.verify(stored, typed)).toBe(true);
        expect(await importer.verify(stored, other)).toBe(withoutNuls(other) === withoutNuls(typed));
      }),
    );
    expect(await importer.verify(encode("é", "salt", 1), "e\u0301")).toBe(false);
  });

  test("logs a user in and is due to be hashed anew", async () => {
    const passwords = createPasswords({ importers: [importer] });
    expect(await passwords.verify(GOOD, "lètmein")).toBe(true);
    expect(await passwords.verify(GOOD, "letmein")).toBe(false);
    expect(passwords.needsRehash(GOOD)).toBe(true);
  });

  test.each([
    ["nothing", ""],
    ["another digest", GOOD.replace("sha256", "sha1")],
    ["another algorithm", GOOD.replace("pbkdf2_sha256", "scrypt")],
    ["an account that cannot log in", "!tWq2pFyFm3nYpVcaPXKzYSDqvbWsLq9YtHkFZJ1o"],
    ["no iteration", GOOD.replace("10000", "0")],
    ["a negative number of them", GOOD.replace("10000", "-1")],
    ["a fraction of one", GOOD.replace("10000", "1.5")],
    ["a leading zero", GOOD.replace("10000", "010000")],
    ["more than ten million", GOOD.replace("10000", "10000001")],
    ["iterations without end", GOOD.replace("10000", "9".repeat(400))],
    ["no salt", GOOD.replace("seasalt", "")],
    ["a salt without end", GOOD.replace("seasalt", "a".repeat(1_000_000))],
    ["no hash", GOOD.replace(HASH, "")],
    ["no padding", GOOD.slice(0, -1)],
    ["base64url", GOOD.replace(HASH, `${"-_".repeat(21)}A=`)],
    ["a short hash", GOOD.replace(HASH, HASH.slice(4))],
    ["a long hash", GOOD.replace(HASH, `AAAA${HASH}`)],
    ["a part too many", `${GOOD}$`],
    ["a line break behind", `${GOOD}\n`],
  ])("is not one with %s", async (_what, stored) => {
    expect(importer.matches(stored)).toBe(false);
    expect(await codeOf(() => importer.verify(stored, "lètmein"))).toBe("ERR_SESSION_HASHER");
  });

  test("may have ten million iterations", () => {
    expect(importer.matches(GOOD.replace("10000", "10000000"))).toBe(true);
  });
});
