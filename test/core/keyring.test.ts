import { describe, expect, test } from "vitest";
import { createKeyring } from "../../src/core/keyring.ts";
import { ciphers, counted, providers } from "../crypto/providers.ts";
import { codeOf, errorOf } from "../sessions/harness.ts";
import { PASSWORDS } from "./sealers.ts";

const [FIRST, SECOND] = PASSWORDS;
/** The id of one password, by version. */
const FROZEN: Record<string, string> = { s1: "TsSUPMpY", x1: "-zsrjxJ8" };

describe.each(ciphers)("a keyring on $name", ({ crypto: provider, cipher: own }) => {
  const kidOf = async (password: string) => createKeyring([password], provider, own).sealingKid();

  test("names a password by the same public id everywhere and for ever", async () => {
    expect(await kidOf("frozen password one, of more than 32 characters")).toBe(FROZEN[own.version]);
    expect(await kidOf(FIRST)).toBe(await kidOf(FIRST));
    const ids = await Promise.all(PASSWORDS.map(kidOf));
    expect(new Set(ids).size).toBe(PASSWORDS.length);
    for (const id of ids) expect(id).toMatch(/^[\w-]{8}$/);
  });

  test("tells passwords apart that differ in one character, its case or a blank", async () => {
    const variants = [
      FIRST,
      `${FIRST} `,
      ` ${FIRST}`,
      FIRST.toUpperCase(),
      FIRST.replace("f", "g"),
      `${FIRST}\0`,
    ];
    expect(new Set(await Promise.all(variants.map(kidOf))).size).toBe(variants.length);
  });

  test("seals with the first and opens with all", async () => {
    const keyring = createKeyring(PASSWORDS, provider, own);
    expect(await keyring.sealingKid()).toBe(await kidOf(FIRST));
    for (const password of PASSWORDS)
      expect(await keyring.keyFor(await kidOf(password), 20_000)).toBeDefined();
    expect(await createKeyring([SECOND, FIRST], provider, own).sealingKid()).toBe(await kidOf(SECOND));
  });

  test("has no key for an id that is not its own, and derives none to find out", async () => {
    const { crypto, cipher, calls } = counted({ crypto: provider, cipher: own });
    const keyring = createKeyring([FIRST, SECOND], crypto, cipher);
    await keyring.sealingKid();
    for (const kid of [await kidOf(PASSWORDS[2]), "", "AAAAAAAA", "__proto__", "constructor"])
      expect(await keyring.keyFor(kid, 20_000)).toBeUndefined();
    expect(calls).toMatchObject({ hkdf: 2, importKey: 0 });
  });

  test("derives nothing before a key is needed, and each key once", async () => {
    const { crypto, cipher, calls } = counted({ crypto: provider, cipher: own });
    const keyring = createKeyring([FIRST, SECOND], crypto, cipher);
    expect(calls.hkdf).toBe(0);
    const kid = await kidOf(SECOND);
    const keys = await Promise.all(Array.from({ length: 5 }, async () => keyring.keyFor(kid, 20_000)));
    expect(new Set(keys).size).toBe(1);
    // Two key ids and one key, also when all ask before the first has an answer.
    expect(calls).toMatchObject({ hkdf: 3, importKey: 1 });
    expect(await keyring.keyFor(kid, 20_000)).toBe(keys[0]);
    expect(calls).toMatchObject({ hkdf: 3, importKey: 1 });
    expect(await keyring.keyFor(kid, 20_001)).not.toBe(keys[0]);
    expect(calls).toMatchObject({ hkdf: 4, importKey: 2 });
  });

  test("derives again what could not be derived", async () => {
    let failures = 0;
    const fail = async (): Promise<void> => {
      if (failures-- > 0) throw new Error("OperationError");
    };
    // As WebCrypto fails: later.
    const failing = {
      ...provider,
      synchronous: false,
      hkdf: async (...of: Parameters<typeof provider.hkdf>) => (await fail(), provider.hkdf(...of)),
    };
    const keyring = createKeyring([FIRST], failing, own);
    failures = 1;
    await expect(keyring.sealingKid()).rejects.toThrow("OperationError");
    const kid = await keyring.sealingKid();
    failures = 1;
    await expect(keyring.keyFor(kid, 20_000)).rejects.toThrow("OperationError");
    const key = await keyring.keyFor(kid, 20_000);
    expect(key).toBeDefined();
    expect(await keyring.keyFor(kid, 20_000)).toBe(key);
  });

  test("gives every password and day another key", async () => {
    const made = new Set<string>();
    const spying = {
      ...own,
      importKey(octets: Uint8Array<ArrayBuffer>) {
        made.add(provider.base64url(octets));
        return own.importKey(octets);
      },
    };
    const keyring = createKeyring(PASSWORDS, provider, spying);
    for (const password of PASSWORDS)
      for (const day of [1, 2, 12, 20_000, 20_001]) await keyring.keyFor(await kidOf(password), day);
    expect(made.size).toBe(15);
  });
});

test("no key of one cipher is ever another's, nor is a key id", async () => {
  const made: string[] = [];
  const ids: string[] = [];
  const { provider } = providers[0]!;
  for (const { cipher } of [ciphers[0]!, ciphers[2]!]) {
    const spying = {
      ...cipher,
      importKey: (octets: Uint8Array<ArrayBuffer>) => void made.push(provider.base64url(octets)),
    };
    const keyring = createKeyring([FIRST], provider, spying);
    ids.push(await keyring.sealingKid());
    await keyring.keyFor(ids.at(-1)!, 20_000);
  }
  expect([new Set(made).size, new Set(ids).size]).toEqual([2, 2]);
});

describe("a keyring", () => {
  const build = (passwords: readonly string[]) => () => createKeyring(passwords, providers[0]!.provider);

  test("is refused without a password, and with a short one anywhere in the list", async () => {
    expect(await codeOf(build([]))).toBe("ERR_SESSION_PASSWORD");
    for (const list of [[""], ["short"], ["x".repeat(31)], [FIRST, "x".repeat(31)], ["short", FIRST]])
      expect(await codeOf(build(list))).toBe("ERR_SESSION_PASSWORD");
    expect(build(["x".repeat(32)])).not.toThrow();
  });

  test("is refused with something else than strings", async () => {
    for (const wrong of [
      undefined,
      null,
      42,
      {},
      ["x".repeat(32)],
      new String("x".repeat(32)),
      Buffer.alloc(64),
    ])
      expect(await codeOf(build([wrong as string]))).toBe("ERR_SESSION_PASSWORD");
  });

  test("does not show a password that it refuses", async () => {
    const { message, stack } = await errorOf(build([FIRST, "canary-of-a-short-one"]));
    expect(`${message} ${stack}`).not.toMatch(/canary|first password/);
  });

  test("shows no password when it is logged", () => {
    const keyring = createKeyring(PASSWORDS, providers[0]!.provider);
    void keyring.keyFor(keyring.sealingKid() as string, 20_000);
    expect(JSON.parse(JSON.stringify(keyring))).toEqual({
      cipher: { synchronous: true, version: "s1", nonceBytes: 12 },
    });
  });
});
