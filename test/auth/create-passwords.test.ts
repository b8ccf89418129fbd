import * as argon2 from "@node-rs/argon2";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createPasswords, type PasswordImporter } from "../../src/auth/password.ts";
import { SessionError } from "../../src/core/errors.ts";
import { codeOf, errorOf } from "../sessions/harness.ts";
import { CHEAP, passwordsWith, type PasswordModule } from "./password-module.ts";

afterEach(() => {
  vi.doUnmock("@node-rs/argon2");
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The real argon2id, with a count of how many run at once. */
async function countedPasswords(): Promise<PasswordModule & { most: () => number; hashed: () => number }> {
  let [running, most, hashed] = [0, 0, 0];
  const passwords = await passwordsWith(() => ({
    async hashRaw(password: Uint8Array, options: argon2.Options) {
      most = Math.max(most, ++running);
      hashed++;
      return argon2.hashRaw(password, options).finally(() => running--);
    },
  }));
  return { ...passwords, most: () => most, hashed: () => hashed };
}

/** An importer of hashes that are the password behind a colon. */
function plainImporter(verify?: PasswordImporter["verify"]): PasswordImporter {
  return {
    matches: (stored) => stored.startsWith("plain:"),
    verify: verify ?? (async (stored, password) => stored === `plain:${password}`),
  };
}

async function tally(answers: Promise<boolean>[]): Promise<Record<string, number>> {
  const settled = await Promise.allSettled(answers);
  const names = settled.map((one) => (one.status === "fulfilled" ? String(one.value) : one.reason.code));
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((n) => n === name).length]),
  );
}

describe("passwords of an application", () => {
  test("are hashed, checked and renewed with its costs", async () => {
    const passwords = createPasswords({ memory: 64, passes: 3, parallelism: 2 });
    const phc = await passwords.hash("Pässwörd");
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=64,t=3,p=2\$/);
    expect(await passwords.verify(phc, "Pässwörd")).toBe(true);
    expect(await passwords.verify(phc, "Passwörd")).toBe(false);
    expect(await passwords.verify(undefined, "Pässwörd")).toBe(false);
    expect(await passwords.verify(null, "Pässwörd")).toBe(false);
    expect([passwords.needsRehash(phc), createPasswords().needsRehash(phc)]).toEqual([false, true]);
  });

  test("cost an unknown user what they cost a known one", async () => {
    const { createPasswords: create, hashed } = await countedPasswords();
    const passwords = create(CHEAP);
    await passwords.verify(undefined, "p");
    await passwords.verify(null, "x".repeat(5000));
    expect(hashed()).toBe(2);
  });

  test.each([
    { memory: 7 },
    { memory: 15, parallelism: 2 },
    { memory: 1_048_577 },
    { memory: 64.5 },
    { memory: NaN },
    { passes: 0 },
    { passes: 1000 },
    { parallelism: 0 },
    { parallelism: 100 },
    { memory: "19456" as never },
    { concurrency: 0 },
    { maxQueue: -1 },
    { maxWait: 0 },
    { memroy: 65_536 } as object,
  ])("are refused with %o, naming the option", async (options) => {
    const { code, message } = await errorOf(() => createPasswords(options));
    expect([code, message]).toEqual([
      "ERR_SESSION_CONFIG",
      expect.stringContaining(Object.keys(options)[0]!),
    ]);
  });

  test("can be hashed at the outermost costs that are accepted, and those hashes be read", async () => {
    for (const options of [
      { memory: 8, passes: 999 },
      { memory: 792, passes: 1, parallelism: 99 },
    ]) {
      const passwords = createPasswords(options);
      const phc = await passwords.hash("p");
      expect([await passwords.verify(phc, "p"), passwords.needsRehash(phc)]).toEqual([true, false]);
    }
  });
});

describe("the queue of passwords", () => {
  test(
    "never lets more of 200 parallel verifications run than it has places",
    { timeout: 60_000 },
    async ({ task }) => {
      for (const concurrency of [1, 2]) {
        const { createPasswords: create, most, hashed } = await countedPasswords();
        const passwords = create({ memory: 4096, passes: 1, concurrency, maxQueue: 200, maxWait: 60 });
        const phc = await passwords.hash("right");
        const start = performance.now();
        const answers = Array.from({ length: 200 }, (_, n) =>
          passwords.verify(phc, n % 2 === 0 ? "right" : "wrong"),
        );
        expect(await tally(answers)).toEqual({ true: 100, false: 100 });
        expect([most(), hashed()]).toEqual([concurrency, 201]);
        task.meta.note = `200 verifications, ${concurrency} at once: ${(performance.now() - start).toFixed(0)} ms`;
      }
    },
  );

  test(
    "is one for all that do not ask for another: 200 at once are mostly refused",
    { timeout: 60_000 },
    async () => {
      const {
        createPasswords: create,
        hashPassword,
        verifyPassword,
        most,
        hashed,
      } = await countedPasswords();
      vi.spyOn(process.getBuiltinModule("node:os"), "availableParallelism").mockReturnValue(3);
      const phc = await hashPassword("right", CHEAP);
      const passwords = create({ memory: 64 });
      const answers = Array.from({ length: 70 }, () => [
        verifyPassword(phc, "right"),
        passwords.verify(phc, "right"),
        verifyPassword(undefined, "right", CHEAP),
      ]).flat();
      const { ERR_SESSION_BUSY: refused, ...rest } = await tally(answers);
      // Two places, and 32 that wait for each.
      expect([refused, rest]).toEqual([210 - 66, { true: 44, false: 22 }]);
      expect([most(), hashed()]).toEqual([2, 1 + 66]);
    },
  );

  test("is another for passwords with bounds of their own", async () => {
    const { createPasswords: create, hashPassword } = await countedPasswords();
    const passwords = create({ ...CHEAP, concurrency: 1, maxQueue: 0 });
    const [shared, own, refused] = await Promise.allSettled([
      hashPassword("p", CHEAP),
      passwords.hash("p"),
      passwords.hash("p"),
    ]);
    expect([shared.status, own.status, refused.status]).toEqual(["fulfilled", "fulfilled", "rejected"]);
  });

  test("refuses an unknown user as it refuses a known one", async () => {
    const passwords = createPasswords({ ...CHEAP, concurrency: 1, maxQueue: 0 });
    const phc = await passwords.hash("p");
    const first = passwords.verify(phc, "p");
    for (const stored of [undefined, phc])
      expect(await codeOf(() => passwords.verify(stored, "p"))).toBe("ERR_SESSION_BUSY");
    expect(await first).toBe(true);
  });
});

describe("a hash of another system", () => {
  const phcLike = "$argon2id$v=19$m=8,t=1,p=1$";

  test("is checked by the first importer that knows it, and due to be hashed anew", async () => {
    const never = vi.fn<PasswordImporter["verify"]>();
    const passwords = createPasswords({
      ...CHEAP,
      importers: [{ matches: () => false, verify: never }, plainImporter(), plainImporter(never)],
    });
    expect(await passwords.verify("plain:pw", "pw")).toBe(true);
    expect(await passwords.verify("plain:pw", "PW")).toBe(false);
    expect(passwords.needsRehash("plain:pw")).toBe(true);
    expect(never).not.toHaveBeenCalled();
  });

  test("that nobody knows is an error and is not shown", async () => {
    const passwords = createPasswords({ ...CHEAP, importers: [plainImporter()] });
    for (const stored of ["canary", "", "$2b$12$canary"])
      for (const call of [() => passwords.verify(stored, "p"), () => passwords.needsRehash(stored)]) {
        const { code, message } = await errorOf(call);
        expect([code, message]).toEqual(["ERR_SESSION_HASHER", expect.not.stringContaining("canary")]);
      }
  });

  test("is never what looks like one of ours, however much an importer claims", async () => {
    const greedy: PasswordImporter = { matches: () => true, verify: async () => true };
    const passwords = createPasswords({ ...CHEAP, importers: [greedy] });
    const phc = await passwords.hash("right");
    expect([await passwords.verify(phc, "wrong"), passwords.needsRehash(phc)]).toEqual([false, false]);
    expect(await codeOf(() => passwords.verify(phcLike, "p"))).toBe("ERR_SESSION_HASHER");
    expect([await passwords.verify(undefined, "p"), await passwords.verify(null, "p")]).toEqual([
      false,
      false,
    ]);
  });

  test("gets the password as it was received, and never one that is too long", async () => {
    const seen: string[] = [];
    const importer = plainImporter(async (_stored, password) => {
      seen.push(password);
      return true;
    });
    const passwords = createPasswords({ ...CHEAP, importers: [importer] });
    expect(await passwords.verify("plain:", " e\u0301\0 ")).toBe(true);
    expect(await passwords.verify("plain:", "x".repeat(4096))).toBe(true);
    expect(await passwords.verify("plain:", "x".repeat(4097))).toBe(false);
    expect(seen).toEqual([" e\u0301\0 ", "x".repeat(4096), ""]);
  });

  test("is right only if the importer says true, nothing like it", async () => {
    for (const answer of [1, "true", {}, undefined, null]) {
      const passwords = createPasswords({ importers: [plainImporter(async () => answer as never)] });
      expect(await passwords.verify("plain:", "p")).toBe(false);
    }
  });

  test("that its importer fails on is an error of ours, with the importer's own as its cause", async () => {
    const cause = new Error("canary");
    for (const verify of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      const error = await errorOf(() =>
        createPasswords({ importers: [plainImporter(verify)] }).verify("plain:", "p"),
      );
      expect([error.code, error.cause]).toEqual(["ERR_SESSION_HASHER", cause]);
      expect(error.message).not.toContain("canary");
    }
    const own = new SessionError("ERR_SESSION_HASHER", "Not one.");
    const failing = createPasswords({ importers: [plainImporter(() => Promise.reject(own))] });
    expect(await errorOf(() => failing.verify("plain:", "p"))).toBe(own);
  });

  test("is checked in the queue", async () => {
    let finish = (_answer: boolean): void => undefined;
    const importer = plainImporter(() => new Promise((resolve) => (finish = resolve)));
    const passwords = createPasswords({ ...CHEAP, concurrency: 1, maxQueue: 0, importers: [importer] });
    const asked = passwords.verify("plain:", "p");
    expect(await codeOf(() => passwords.verify("plain:", "p"))).toBe("ERR_SESSION_BUSY");
    expect(await codeOf(() => passwords.hash("p"))).toBe("ERR_SESSION_BUSY");
    finish(true);
    expect(await asked).toBe(true);
  });
});
