import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPhc, parsePhc } from "../../src/auth/phc.ts";
import { verifyPassword } from "../../src/auth/password.ts";
import { codeOf } from "../sessions/harness.ts";

const SALT = "c29tZXNhbHRzb21lc2FsdA";
const HASH = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const withCost = (cost: string) => `$argon2id$v=19$${cost}$${SALT}$${HASH}`;
const GOOD = withCost("m=19456,t=2,p=1");

describe("the PHC string of an argon2id hash", () => {
  test("comes apart into what it was made of", () => {
    const octets = (minLength: number) => fc.uint8Array({ minLength, maxLength: 64 });
    const cost = {
      memory: fc.integer({ min: 800, max: 1_048_576 }),
      passes: fc.integer({ min: 1, max: 999 }),
      parallelism: fc.integer({ min: 1, max: 99 }),
    };
    fc.assert(
      fc.property(fc.record({ ...cost, salt: octets(8), hash: octets(12) }), (parts) => {
        const read = parsePhc(formatPhc(parts));
        expect({ ...read, salt: [...read.salt], hash: [...read.hash] }).toEqual({
          ...parts,
          salt: [...parts.salt],
          hash: [...parts.hash],
        });
      }),
    );
  });

  test("is read as the format's description has it", () => {
    const { salt, hash, ...cost } = parsePhc(GOOD);
    expect(cost).toEqual({ memory: 19_456, passes: 2, parallelism: 1 });
    expect(Buffer.from(salt).toString()).toBe("somesaltsomesalt");
    expect([...hash]).toEqual(Array.from({ length: 32 }, (_, n) => n));
    expect(formatPhc(parsePhc(GOOD))).toBe(GOOD);
  });

  test.each([
    ["nothing", ""],
    ["a password", "hunter2"],
    ["another algorithm", GOOD.replace("argon2id", "argon2i")],
    ["a third algorithm", GOOD.replace("argon2id", "argon2d")],
    ["bcrypt", "$2b$12$KIXQ4fG7pQ1Zp9cQO7m1xO8Z2k3y4L5m6N7o8P9q0R1s2T3u4V5w6"],
    ["scrypt", `$scrypt$ln=16,r=8,p=1$${SALT}$${HASH}`],
    ["another version", GOOD.replace("v=19", "v=16")],
    ["no version", GOOD.replace("v=19$", "")],
    ["no salt", GOOD.replace(SALT, "")],
    ["no hash", GOOD.replace(HASH, "")],
    ["a part too few", GOOD.slice(0, GOOD.lastIndexOf("$"))],
    ["a part too many", `${GOOD}$${HASH}`],
    ["a blank in front", ` ${GOOD}`],
    ["a line break behind", `${GOOD}\n`],
    ["padding", `${GOOD}=`],
    ["base64url", GOOD.replace(SALT, "c29tZXNhbHR-_21lc2FsdA")],
    ["a salt of an impossible length", GOOD.replace(SALT, "c29tZXNhbHRzb")],
    ["a hash of an impossible length", GOOD.replace(HASH, `${HASH.slice(0, 40)}A`)],
    ["a short salt", GOOD.replace(SALT, "c2FsdA")],
    ["a short hash", GOOD.replace(HASH, "AAECAwQF")],
    ["a salt without end", GOOD.replace(SALT, "A".repeat(1000))],
    ["parameters in another order", withCost("t=2,m=19456,p=1")],
    ["a parameter too few", withCost("m=19456,t=2")],
    ["a parameter too many", withCost("m=19456,t=2,p=1,keyid=AAAA")],
    ["a negative parameter", withCost("m=-19456,t=2,p=1")],
    ["a fraction", withCost("m=19456.5,t=2,p=1")],
    ["hexadecimal", withCost("m=0x4c00,t=2,p=1")],
    ["no memory", withCost("m=0,t=2,p=1")],
    ["no pass", withCost("m=19456,t=0,p=1")],
    ["no lane", withCost("m=19456,t=2,p=0")],
    ["less memory than its lanes need", withCost("m=8,t=2,p=2")],
    ["more than a gigabyte of memory", withCost("m=1048577,t=2,p=1")],
    ["four gigabytes of memory", withCost("m=4194304,t=1,p=1")],
    ["memory without end", withCost("m=99999999999,t=1,p=1")],
    ["passes without end", withCost("m=19456,t=1000000,p=1")],
    ["lanes without end", withCost("m=19456,t=1,p=16777215")],
  ])("is not one with %s", async (_what, phc) => {
    expect(await codeOf(() => parsePhc(phc))).toBe("ERR_SESSION_HASHER");
    const start = performance.now();
    expect(await codeOf(() => verifyPassword(phc, "password"))).toBe("ERR_SESSION_HASHER");
    // Refused for what it says, before any of it is computed.
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("never ends in another error, whatever stands in the database", async () => {
    const piece = fc.constantFrom(
      "$",
      "argon2id",
      "v=19",
      "m=8,t=1,p=1",
      "m=0,t=0,p=0",
      SALT,
      HASH,
      "A",
      "=",
      ",",
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    const nearly = fc.tuple(
      fc.stringMatching(/^[A-Za-z0-9+/]{9,24}$/),
      fc.stringMatching(/^[A-Za-z0-9+/]{14,50}$/),
    );
    const shaped = nearly.map(([salt, hash]) => `$argon2id$v=19$m=8,t=1,p=1$${salt}$${hash}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, shaped, fc.string()), async (phc) => {
        const outcome = await codeOf(() =>
          verifyPassword(phc, "p").then((right) => Promise.reject(new Error(String(right)))),
        ).catch((error: Error) => error.message);
        expect(["ERR_SESSION_HASHER", "false"]).toContain(outcome);
      }),
      { numRuns: 300 },
    );
  });
});
