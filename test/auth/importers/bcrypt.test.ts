import * as bcrypt from "bcryptjs";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { bcryptHashes, type BcryptOptions } from "../../../src/auth/importers/index.ts";
import { createPasswords } from "../../../src/auth/password.ts";
import { codeOf, errorOf } from "../../sessions/harness.ts";

const importer = bcryptHashes({ compare: bcrypt.compare });
/** "U*U" of the test vectors of Openwall's crypt_blowfish. */
const GOOD = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

describe("a bcrypt hash", () => {
  test.each([
    ["U*U", GOOD],
    ["U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"],
    ["", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"],
  ])("is right for %o alone, under each of its names", async (password, stored) => {
    for (const name of ["$2a$", "$2b$", "$2y$"]) {
      const named = stored.replace("$2a$", name);
      expect(importer.matches(named)).toBe(true);
      expect(await importer.verify(named, password)).toBe(true);
      expect(await importer.verify(named, `${password}x`)).toBe(false);
    }
  });

  test("is right for what bcryptjs hashed", async () => {
    const text = fc.string({ unit: "binary", maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(text, text, async (typed, other) => {
        const stored = await bcrypt.hash(typed, 4);
        expect(await importer.verify(stored, typed)).toBe(true);
        expect(await importer.verify(stored, other)).toBe(await bcrypt.compare(other, stored));
      }),
      { numRuns: 10 },
    );
  });

  test("is given to the application's library under a name that every one knows", async () => {
    const compare = vi.fn<BcryptOptions["compare"]>(async () => true);
    await bcryptHashes({ compare }).verify(GOOD.replace("$2a$", "$2y$"), "$2y$");
    expect(compare.mock.calls).toEqual([["$2y$", GOOD.replace("$2a$", "$2b$")]]);
  });

  test("logs a user in and is due to be hashed anew", async () => {
    const passwords = createPasswords({ importers: [importer] });
    expect(await passwords.verify(GOOD, "U*U")).toBe(true);
    expect(await passwords.verify(GOOD, "u*u")).toBe(false);
    expect(passwords.needsRehash(GOOD)).toBe(true);
  });

  test("that the library fails on is an error of ours", async () => {
    const compare = () => Promise.reject(new Error("canary"));
    const passwords = createPasswords({ importers: [bcryptHashes({ compare })] });
    const { code, message } = await errorOf(() => passwords.verify(GOOD, "p"));
    expect([code, message]).toEqual(["ERR_SESSION_HASHER", expect.not.stringContaining("canary")]);
  });

  test.each([
    ["nothing", ""],
    ["the name alone", "$2b$"],
    ["an algorithm with a flaw", GOOD.replace("$2a$", "$2x$")],
    ["the oldest name", GOOD.replace("$2a$", "$2$")],
    ["too little cost", GOOD.replace("$05$", "$03$")],
    ["a cost of minutes", GOOD.replace("$05$", "$17$")],
    ["a cost of days", GOOD.replace("$05$", "$31$")],
    ["a cost that is none", GOOD.replace("$05$", "$99$")],
    ["a cost of one digit", GOOD.replace("$05$", "$5$")],
    ["a character missing", GOOD.slice(0, -1)],
    ["a character too many", `${GOOD}W`],
    ["another alphabet", GOOD.replace("kmyu", "k+yu")],
    ["a line break behind", `${GOOD}\n`],
  ])("is not one with %s", async (_what, stored) => {
    const compare = vi.fn<BcryptOptions["compare"]>();
    const strict = bcryptHashes({ compare });
    expect(strict.matches(stored)).toBe(false);
    expect(await codeOf(() => strict.verify(stored, "U*U"))).toBe("ERR_SESSION_HASHER");
    expect(compare).not.toHaveBeenCalled();
  });
});
