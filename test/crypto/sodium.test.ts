import * as fc from "fast-check";
import sodium from "sodium-native";
import { describe, expect, test } from "vitest";
import type { Cipher } from "../../src/core/crypto.ts";
import { sodiumAead, type Sodium } from "../../src/crypto/sodium.ts";
import { sodiumCipher } from "../../src/sodium.ts";
import { codeOf, errorOf } from "../sessions/harness.ts";
import { base64urlOf, hex, utf8 } from "./providers.ts";
import { hchachaVector, xchachaVector } from "./published-vectors.ts";
import { hchacha20, openXChaCha, sealXChaCha } from "./xchacha.ts";

const cipher: Cipher = sodiumAead(sodium);
type Encrypt = Parameters<Sodium["crypto_aead_xchacha20poly1305_ietf_encrypt"]>;
type Decrypt = Parameters<Sodium["crypto_aead_xchacha20poly1305_ietf_decrypt"]>;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

describe("the published vector of XChaCha20-Poly1305", () => {
  const { text } = xchachaVector;
  const [key, nonce, associated] = [
    hex(xchachaVector.key),
    hex(xchachaVector.nonce),
    hex(xchachaVector.associated),
  ];
  const sealed = hex(xchachaVector.ciphertext + xchachaVector.tag);
  const body = base64urlOf(Buffer.concat([nonce, sealed]));

  test("is what the draft's own description gives", () => {
    const subkey = hchacha20(hex(hchachaVector.key), hex(hchachaVector.nonce));
    expect(subkey.toString("hex")).toBe(hchachaVector.subkey);
    expect(sealXChaCha(key, nonce, associated, utf8(text)).equals(sealed)).toBe(true);
    expect(openXChaCha(key, nonce, associated, sealed).toString()).toBe(text);
  });

  test("is what libsodium gives", async () => {
    const imported = await cipher.importKey(key);
    expect(cipher.seal(imported, nonce, associated, text)).toBe(body);
    expect(cipher.open(imported, associated, body)).toBe(text);
  });

  test("does not open when anything is changed", () => {
    expect(cipher.open(key, Uint8Array.of(...associated, 0), body)).toBeUndefined();
    expect(cipher.open(key, associated.subarray(1), body)).toBeUndefined();
    const otherKey = key.map((octet, i) => (i === 31 ? octet ^ 1 : octet));
    expect(cipher.open(otherKey, associated, body)).toBeUndefined();
    const bytes = Buffer.from(body, "base64url");
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(cipher.open(key, associated, base64urlOf(bytes)), `bit ${bit}`).toBeUndefined();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(cipher.open(key, associated, body)).toBe(text);
  });
});

describe("XChaCha20-Poly1305 by libsodium", () => {
  test("gives what the draft's description gives, and opens it", { timeout: 30_000 }, () => {
    const octets = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Uint8Array.from(bytes));
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: fc.constantFrom("\ud800", "\udc00", "\ufeff", "a", "\0", "€") }),
    );
    fc.assert(
      fc.property(
        octets(32),
        octets(24),
        fc.uint8Array({ maxLength: 80 }),
        anyText,
        (key, nonce, data, text) => {
          const associated = Uint8Array.from(data);
          const body = cipher.seal(key, nonce, associated, text);
          const expected = sealXChaCha(key, nonce, associated, utf8(text));
          expect(body).toBe(base64urlOf(Buffer.concat([nonce, expected])));
          expect(cipher.open(key, associated, body as string)).toBe(Buffer.from(text).toString());
        },
      ),
      { numRuns: 500 },
    );
  });

  test("seals and opens texts that are longer than any cookie", () => {
    const key = random(32);
    for (const length of [3000, 4095, 4096, 4097, 12_288, 12_289, 50_000])
      for (const text of ["a".repeat(length), "ä".repeat(length), "€".repeat(length)]) {
        const body = cipher.seal(key, random(24), utf8("x"), text) as string;
        expect(cipher.open(key, utf8("x"), body)).toBe(text);
        expect(cipher.open(key, utf8("y"), body)).toBeUndefined();
      }
  });

  test("keeps what was opened when something else is sealed and opened afterwards", () => {
    const key = random(32);
    const bodies = ["first", "second"].map((text) => cipher.seal(key, random(24), utf8("x"), text) as string);
    const opened = bodies.map((body) => cipher.open(key, utf8("x"), body));
    void cipher.seal(key, random(24), utf8("x"), "third");
    expect(opened).toEqual(["first", "second"]);
  });

  test("leaves the nonce, the key and the associated data as they were", () => {
    const given = [random(32), random(24), random(50)] as const;
    const copies = given.map((octets) => octets.slice());
    const body = cipher.seal(...given, "text") as string;
    expect(cipher.open(given[0], given[2], body)).toBe("text");
    expect(given).toEqual(copies);
  });

  test("opens nothing of a spelling that is not canonical, and does not run for it", () => {
    let calls = 0;
    const watched: Sodium = {
      ...sodium,
      crypto_aead_xchacha20poly1305_ietf_decrypt(...args) {
        calls++;
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(...args);
      },
    };
    const counting = sodiumAead(watched);
    const key = random(32);
    const body = cipher.seal(key, random(24), utf8("x"), "text+") as string;
    for (const other of [
      `${body}=`,
      `${body}\n`,
      ` ${body}`,
      `${body.slice(0, 9)}+${body.slice(9)}`,
      `${body}A`,
    ])
      expect(counting.open(key, utf8("x"), other)).toBeUndefined();
    expect(calls).toBe(0);
    expect(counting.open(key, utf8("x"), body)).toBe("text+");
    expect(calls).toBe(1);
  });
});

describe("sodiumCipher", () => {
  const encrypt = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt;
  const decrypt = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt;
  const broken: Record<string, unknown> = {
    nothing: undefined,
    null: null,
    "a promise of it": import("sodium-native"),
    "an empty object": {},
    "a library that answers ciphertexts instead of writing them": {
      crypto_aead_xchacha20poly1305_ietf_encrypt: () => new Uint8Array(25),
      crypto_aead_xchacha20poly1305_ietf_decrypt: () => new Uint8Array(9),
    },
    "one that encrypts nothing": {
      ...sodium,
      crypto_aead_xchacha20poly1305_ietf_encrypt: (out: Uint8Array, message: Uint8Array) => out.set(message),
    },
    "one that leaves the associated data out": {
      crypto_aead_xchacha20poly1305_ietf_encrypt: (...[out, message, , secret, nonce, key]: Encrypt) =>
        encrypt(out, message, null, secret, nonce, key),
      crypto_aead_xchacha20poly1305_ietf_decrypt: (...[out, secret, sealed, , nonce, key]: Decrypt) =>
        decrypt(out, secret, sealed, null, nonce, key),
    },
    "one that does not look at the tag": {
      ...sodium,
      crypto_aead_xchacha20poly1305_ietf_decrypt: (message: Uint8Array) => {
        message.set(utf8("coatcheck"));
        return message.length;
      },
    },
    "one that says by its answer that a tag is wrong, and opens nothing": {
      ...sodium,
      crypto_aead_xchacha20poly1305_ietf_decrypt: () => false,
    },
  };

  test.each(Object.entries(broken))("refuses %s", async (_what, library) => {
    const error = await errorOf(() => sodiumCipher(library as Sodium));
    expect(error.code).toBe("ERR_SESSION_CONFIG");
    expect(error.message).toContain("sodium-native");
  });

  test("takes -1 for a wrong tag, as the C function has it, for no text", () => {
    const answering = sodiumAead({
      ...sodium,
      crypto_aead_xchacha20poly1305_ietf_decrypt(...args) {
        try {
          return decrypt(...args);
        } catch {
          return -1;
        }
      },
    });
    const body = answering.seal(random(32), random(24), utf8("x"), "text") as string;
    expect(answering.open(random(32), utf8("x"), body)).toBeUndefined();
  });

  test("refuses other options than its own", async () => {
    for (const options of [{ opensonly: true }, { opensOnly: "yes" }, { opensOnly: 1 }, { seal: false }])
      expect(await codeOf(() => sodiumCipher(sodium, options as object))).toBe("ERR_SESSION_CONFIG");
    expect(() => sodiumCipher(sodium, { opensOnly: undefined })).not.toThrow();
  });
});
