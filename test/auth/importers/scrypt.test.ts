import { createRequire } from "node:module";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { scryptHashes } from "../../../src/auth/importers/index.ts";
import { createPasswords } from "../../../src/auth/password.ts";
import { codeOf, errorOf } from "../../sessions/harness.ts";

/** Better Auth's own functions, which are installed beside the measurements. */
const betterAuth: {
  hashPassword: (password: string) => Promise<string>;
  verifyPassword: (data: { hash: string; password: string }) => Promise<boolean>;
} = await import(
  createRequire(new URL("../../../bench/package.json", import.meta.url)).resolve("better-auth/crypto")
);

const importer = scryptHashes();
const [SALT, KEY] = ["0123456789abcdef".repeat(2), "0123456789abcdef".repeat(8)];
const GOOD = `${SALT}:${KEY}`;

afterEach(() => void vi.restoreAllMocks());

describe("a hash of Better Auth", () => {
  test("is right for exactly the passwords that Better Auth takes", { timeout: 60_000 }, async () => {
    const password = fc.string({ unit: "grapheme", maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(password, password, async (typed, other) => {
        const hash = await betterAuth.hashPassword(typed);
        expect(importer.matches(hash)).toBe(true);
        for (const tried of [typed, typed.normalize("NFKD"), other])
          expect(await importer.verify(hash, tried)).toBe(
            await betterAuth.verifyPassword({ hash, password: tried }),
          );
      }),
      { numRuns: 4 },
    );
  });

  test("is compared in normal form KC, as Better Auth does", async () => {
    const hash = await betterAuth.hashPassword("Ⅳ ﬁne café");
    expect(await importer.verify(hash, "IV fine cafe\u0301")).toBe(true);
    expect(await importer.verify(hash, "IV fine cafe")).toBe(false);
  });

  test("logs a user in and is due to be hashed anew", async () => {
    const passwords = createPasswords({ importers: [importer] });
    const hash = await betterAuth.hashPassword("Pässwörd");
    expect(await passwords.verify(hash, "Pässwörd")).toBe(true);
    expect(await passwords.verify(hash, "pässwörd")).toBe(false);
    expect(passwords.needsRehash(hash)).toBe(true);
    const anew = await passwords.hash("Pässwörd");
    expect([await passwords.verify(anew, "Pässwörd"), passwords.needsRehash(anew)]).toEqual([true, false]);
  });

  test.each([
    ["nothing", ""],
    ["a colon alone", ":"],
    ["no salt", `:${KEY}`],
    ["no key", `${SALT}:`],
    ["a short salt", `${SALT.slice(2)}:${KEY}`],
    ["a short key", `${SALT}:${KEY.slice(2)}`],
    ["a long key", `${GOOD}00`],
    ["megabytes of key", `${SALT}:${"0".repeat(4_000_000)}`],
    ["what is not hexadecimal", `${SALT}:${KEY.replaceAll("f", "g")}`],
    ["upper case", GOOD.toUpperCase()],
    ["a third part", `${GOOD}:00`],
    ["a line break behind", `${GOOD}\n`],
  ])("is not one with %s", async (_what, stored) => {
    expect(importer.matches(stored)).toBe(false);
    expect(await codeOf(() => importer.verify(stored, "p"))).toBe("ERR_SESSION_HASHER");
  });

  test("is an error that says what is missing where there is no node:crypto", async () => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    const { code, message } = await errorOf(() => importer.verify(GOOD, "p"));
    expect([code, message]).toEqual(["ERR_SESSION_HASHER", expect.stringContaining("node:crypto")]);
  });
});
