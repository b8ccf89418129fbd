import { argon2Sync } from "node:crypto";
import * as argon2 from "@node-rs/argon2";
import * as fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parsePhc } from "../../src/auth/phc.ts";
import { hashPassword, needsRehash, verifyPassword } from "../../src/auth/password.ts";
import { codeOf, errorOf } from "../sessions/harness.ts";
import { CHEAP, passwordsWith, type PasswordModule } from "./password-module.ts";

const withoutNodeRs = (): Promise<PasswordModule> =>
  passwordsWith(() => {
    throw new Error("Cannot find package");
  });

afterEach(() => {
  vi.doUnmock("@node-rs/argon2");
  vi.restoreAllMocks();
  vi.resetModules();
});

describe("a hashed password", () => {
  test("is a PHC string with the documented defaults, a fresh salt and 32 octets of hash", async () => {
    const [one, two] = await Promise.all([hashPassword("Password"), hashPassword("Password")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one.split("$")[4]).not.toBe(two.split("$")[4]);
    expect(one.split("$")[5]).not.toBe(two.split("$")[5]);
    expect(await verifyPassword(one, "Password")).toBe(true);
    expect(await verifyPassword(two, "Password")).toBe(true);
    expect(await verifyPassword(one, "password")).toBe(false);
  });

  test("costs what is asked for", async () => {
    const phc = await hashPassword("p", { memory: 64, passes: 3, parallelism: 2 });
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=64,t=3,p=2\$/);
    expect(await verifyPassword(phc, "p")).toBe(true);
  });

  test("accepts the text that was typed, and nothing near it", { timeout: 20_000 }, async () => {
    const password = fc.string({ unit: "binary", minLength: 1, maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(
        password,
        fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
        async (typed, more) => {
          const phc = await hashPassword(typed, CHEAP);
          const near = [
            typed + more,
            more + typed,
            typed.slice(0, -1),
            typed.slice(1),
            `${typed}\0`,
            `${typed} `,
            ` ${typed}`,
            `${typed}\n`,
            typed.trim(),
            typed.toUpperCase(),
            typed.toLowerCase(),
            typed.normalize("NFKC"),
            typed.normalize("NFKD"),
            "",
          ];
          const others = near.filter((other) => other.normalize() !== typed.normalize());
          expect(await verifyPassword(phc, typed, CHEAP)).toBe(true);
          const answers = await Promise.all(others.map((other) => verifyPassword(phc, other, CHEAP)));
          expect(others.filter((_other, i) => answers[i])).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("counts every character: behind a NUL, behind octet 72, up to the longest", async () => {
    for (const [typed, other] of [
      ["a\0b", "a\0c"],
      ["a\0b", "a"],
      [`${"x".repeat(72)}a`, `${"x".repeat(72)}b`],
      [`${"ä".repeat(36)}a`, `${"ä".repeat(36)}b`],
      [`${"x".repeat(63)}a`, `${"x".repeat(63)}b`],
      [`${"x".repeat(1023)}a`, `${"x".repeat(1023)}b`],
      [`${"x".repeat(4095)}a`, `${"x".repeat(4095)}b`],
      ["ﬁ", "fi"],
      ["x²", "x2"],
      ["İ", "i̇"],
    ] as const) {
      const phc = await hashPassword(typed, CHEAP);
      expect([await verifyPassword(phc, typed), await verifyPassword(phc, other)]).toEqual([true, false]);
    }
  });

  test("is the same in every canonical form of Unicode, whichever came first", async () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("NFC", "NFD"), async (typed, form) => {
        const phc = await hashPassword(typed, CHEAP);
        expect(await verifyPassword(phc, typed.normalize(form))).toBe(true);
      }),
      { numRuns: 100 },
    );
    const [composed, apart] = ["caf\u00e9 \u212b", "cafe\u0301 A\u030a"];
    expect(await verifyPassword(await hashPassword(composed, CHEAP), apart)).toBe(true);
    expect(await verifyPassword(await hashPassword(apart, CHEAP), composed)).toBe(true);
    // Well-formed text is hashed as UTF-8: other libraries can read it.
    expect(await argon2.verify(await hashPassword(apart, CHEAP), apart.normalize("NFC"))).toBe(true);
  });

  test("with a lone surrogate is one of its own, not that of the replacement character", async () => {
    const alike = ["a\ud800b", "a\ud801b", "a\udc00b", "a\ufffdb", "ab", "a\ud800\udc00b", "a\udc00\ud800b"];
    for (const typed of alike) {
      const phc = await hashPassword(typed, CHEAP);
      const answers = await Promise.all(alike.map((other) => verifyPassword(phc, other)));
      expect(alike.filter((_other, n) => answers[n])).toEqual([typed]);
    }
  });

  test("may be of no characters, which is the application's to refuse", async () => {
    const phc = await hashPassword("", CHEAP);
    expect([await verifyPassword(phc, ""), await verifyPassword(phc, " ")]).toEqual([true, false]);
  });

  test("may have 4,096 UTF-16 units and no more", async () => {
    const longest = "x".repeat(4096);
    const phc = await hashPassword(longest, CHEAP);
    expect(await verifyPassword(phc, longest)).toBe(true);
    expect(await verifyPassword(phc, `${longest}x`)).toBe(false);
    expect(await codeOf(() => hashPassword(`${longest}x`, CHEAP))).toBe("ERR_SESSION_HASHER");
    // The longer one is refused as such: it is not hashed as if it were empty.
    expect(await verifyPassword(await hashPassword("", CHEAP), `${longest}x`)).toBe(false);
  });
});

describe("a hash", () => {
  test("is due for another when any of its costs differs from what is wanted, also when it was higher", async () => {
    const phc = await hashPassword("p", { memory: 64, passes: 3, parallelism: 2 });
    const wanted = { memory: 64, passes: 3, parallelism: 2 };
    expect(needsRehash(phc, wanted)).toBe(false);
    for (const change of [{ memory: 65 }, { memory: 32 }, { passes: 2 }, { passes: 4 }, { parallelism: 1 }])
      expect(needsRehash(phc, { ...wanted, ...change })).toBe(true);
    expect(needsRehash(phc)).toBe(true);
    expect(needsRehash("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")).toBe(
      false,
    );
  });

  test("that cannot be one is an error, for needsRehash too, and is not shown", async () => {
    const broken = "$argon2id$v=19$m=1,t=1$canary$canary";
    for (const call of [() => verifyPassword(broken, "p"), () => needsRehash(broken)]) {
      const error = await errorOf(call);
      expect(error.code).toBe("ERR_SESSION_HASHER");
      expect(error.message).not.toContain("canary");
    }
  });

  test("of an unknown user is never right, and costs the same work", { timeout: 20_000 }, async () => {
    const calls: unknown[] = [];
    const hashed: number[] = [];
    const { verifyPassword: verify } = await passwordsWith(() => ({
      hashRaw(password: string, options: argon2.Options) {
        calls.push({ ...options, salt: options.salt?.length });
        hashed.push(password.length);
        return argon2.hashRaw(password, options);
      },
    }));
    const known = await hashPassword("p");
    expect(await verify(known, "wrong")).toBe(false);
    const answers = [await verify(undefined, "p"), await verify(null, "p"), await verify(undefined, "")];
    answers.push(await verify(undefined, "x".repeat(5000)), await verify(known, "x".repeat(5000)));
    expect(answers).toEqual([false, false, false, false, false]);
    const work = { algorithm: 2, salt: 16, outputLen: 32, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    expect(calls).toEqual(Array.from({ length: 6 }, () => work));

    // What is too long is never hashed, and its time tells nothing either.
    expect(hashed).toEqual([5, 1, 1, 0, 0, 0]);

    calls.length = 0;
    const dear = { memory: 32_768, passes: 3, parallelism: 2 };
    await verify(undefined, "p", dear);
    expect(calls).toEqual([{ ...work, memoryCost: 32_768, timeCost: 3, parallelism: 2 }]);
  });

  test("of an unknown user is never right, even if the work came to what stands in for it", async () => {
    const { verifyPassword: verify } = await passwordsWith(() => ({
      hashRaw: (_password: string, { outputLen }: { outputLen: number }) =>
        Promise.resolve(Buffer.alloc(outputLen)),
    }));
    expect(await verify(undefined, "p")).toBe(false);
    expect(await verify(`$argon2id$v=19$m=8,t=1,p=1$${"A".repeat(22)}$${"A".repeat(43)}`, "p")).toBe(true);
  });

  test("of an unknown user takes as long as a wrong password", { timeout: 20_000 }, async ({ task }) => {
    const phc = await hashPassword("p");
    const times = { unknown: [] as number[], wrong: [] as number[] };
    const time = async (list: number[], hash: string | undefined) => {
      const start = performance.now();
      await verifyPassword(hash, "wrong");
      list.push(performance.now() - start);
    };
    for (let n = 0; n < 15; n++) {
      await time(times.unknown, undefined);
      await time(times.wrong, phc);
    }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[7]!;
    const [unknown, wrong] = [median(times.unknown), median(times.wrong)];
    // Without the work it would be a hundredth; a busy machine shifts it by much less.
    expect(unknown).toBeGreaterThan(wrong / 4);
    task.meta.note = `argon2id: unknown user ${unknown.toFixed(1)} ms, wrong password ${wrong.toFixed(1)} ms (medians of 15)`;
  });

  test("of another library is understood, and ours is by it", async () => {
    for (const options of [
      {},
      { memoryCost: 64, timeCost: 3, parallelism: 2 },
      { outputLen: 16 },
      { outputLen: 64, memoryCost: 64 },
    ]) {
      const theirs = await argon2.hash("Pässwörd", { algorithm: 2, ...options });
      expect(await verifyPassword(theirs, "Pässwörd")).toBe(true);
      expect(await verifyPassword(theirs, "Passwörd")).toBe(false);
    }
    const ours = await hashPassword("Pässwörd", { memory: 64, passes: 3, parallelism: 2 });
    expect(await argon2.verify(ours, "Pässwörd")).toBe(true);
    expect(await argon2.verify(ours, "Passwörd")).toBe(false);
  });
});

describe("without @node-rs/argon2", () => {
  test("node:crypto computes the same hashes", { timeout: 20_000 }, async () => {
    const builtin = vi.spyOn(process, "getBuiltinModule");
    const fallback = await withoutNodeRs();
    for (const [password, options] of [
      ["Pässwörd\0x", { memory: 64, passes: 3, parallelism: 2 }],
      ["", CHEAP],
      ["x".repeat(4096), CHEAP],
      ["default", {}],
    ] as const) {
      const theirs = await fallback.hashPassword(password, options);
      expect(await verifyPassword(theirs, password)).toBe(true);
      expect(await verifyPassword(theirs, `${password}x`)).toBe(false);
      const ours = await hashPassword(password, options);
      expect(await fallback.verifyPassword(ours, password)).toBe(true);
      expect(await fallback.verifyPassword(ours, `${password}x`)).toBe(false);

      const { salt, hash, ...cost } = parsePhc(theirs);
      const raw = {
        algorithm: 2,
        salt,
        outputLen: 32,
        memoryCost: cost.memory,
        timeCost: cost.passes,
        parallelism: cost.parallelism,
      };
      expect(Buffer.from(hash)).toEqual(await argon2.hashRaw(password, raw));
      expect(Buffer.from(hash)).toEqual(
        argon2Sync("argon2id", { message: password, nonce: salt, tagLength: 32, ...cost }),
      );
    }
    expect(await fallback.verifyPassword(undefined, "p")).toBe(false);
    expect(builtin).toHaveBeenCalledWith("node:crypto");
  });

  test("and without argon2 in node:crypto the error says what to install", async () => {
    const fallback = await withoutNodeRs();
    vi.spyOn(process, "getBuiltinModule").mockReturnValue({});
    for (const call of [() => fallback.hashPassword("p"), () => fallback.verifyPassword(undefined, "p")]) {
      const { code, message } = await errorOf(call);
      expect(code).toBe("ERR_SESSION_HASHER");
      expect(message).toMatch(/install @node-rs\/argon2, or use Node 24\.7/);
    }
  });
});
