import nodeCryptoModule, { createCipheriv } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { nodeCrypto } from "../../src/crypto/node.ts";
import { untraced } from "../../src/crypto/untraced.ts";
import { base64urlOf, hex, providers, utf8 } from "./providers.ts";
import { gcmVectors, hkdfVectors, sha256Vectors } from "./published-vectors.ts";

const [node, web] = [providers[0]!.provider, providers[1]!.provider];
const isUtf8 = (octets: Uint8Array) => Buffer.from(octets).equals(utf8(new TextDecoder().decode(octets)));
/** What UTF-8 makes of a text: U+FFFD in place of a lone surrogate. */
const wellFormed = (text: string) => Buffer.from(text).toString();
const octets = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Uint8Array.from(bytes));
/** Any text, lone surrogates and byte order marks too. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\ud800", "\udc00", "\ufeff", "a", "\0") }),
);

describe.each(gcmVectors)("the published vector $title", (vector) => {
  const [key, nonce, associated] = [hex(vector.key), hex(vector.nonce), hex(vector.associated)];
  const body = base64urlOf(hex(vector.nonce + vector.ciphertext + vector.tag));

  test("is what node's own cipher gives", () => {
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    cipher.setAAD(associated);
    const sealed = cipher.update(hex(vector.plaintext), undefined, "hex") + cipher.final("hex");
    expect([sealed, cipher.getAuthTag().toString("hex")]).toEqual([vector.ciphertext, vector.tag]);
  });

  test.each(providers)("opens with $name, and with nothing changed", async ({ provider }) => {
    const imported = await provider.importKey(key);
    // A provider speaks text: binary plaintext comes back as every decoder shows it, once its tag was right.
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(hex(vector.plaintext));
    expect(await provider.open(imported, associated, body)).toBe(text);

    expect(await provider.open(imported, Uint8Array.of(...associated, 0), body)).toBeUndefined();
    const otherKey = await provider.importKey(key.map((octet, i) => (i === 31 ? octet ^ 1 : octet)));
    expect(await provider.open(otherKey, associated, body)).toBeUndefined();
    const bytes = Buffer.from(body, "base64url");
    for (let i = 0; i < bytes.length; i++) {
      bytes[i]! ^= 1;
      expect(await provider.open(imported, associated, base64urlOf(bytes)), `octet ${i}`).toBeUndefined();
      bytes[i]! ^= 1;
    }
  });
});

describe.each(gcmVectors.filter(({ plaintext }) => isUtf8(hex(plaintext))))(
  "the text of $title",
  (vector) => {
    test.each(providers)("is sealed by $name to the published bytes", async ({ provider }) => {
      const key = await provider.importKey(hex(vector.key));
      const text = new TextDecoder().decode(hex(vector.plaintext));
      expect(await provider.seal(key, hex(vector.nonce), hex(vector.associated), text)).toBe(
        base64urlOf(hex(vector.nonce + vector.ciphertext + vector.tag)),
      );
    });
  },
);

describe.each(providers)("$name", ({ provider }) => {
  test.each(hkdfVectors)("derives RFC 5869 $title", async ({ secret, salt, info, okm }) => {
    const derived = await provider.hkdf(hex(secret), hex(salt), hex(info), okm.length / 2);
    expect(Buffer.from(derived).toString("hex")).toBe(okm);
  });

  test.each(sha256Vectors)("digests FIPS 180: $title", async ({ text, digest }) => {
    expect(await provider.sha256(text)).toBe(base64urlOf(hex(digest)));
  });

  test("answers promises exactly if it does not say that it is synchronous", () => {
    const bytes = provider.hkdf(utf8("secret"), utf8("salt"), utf8("info"), 32);
    expect(bytes instanceof Promise).toBe(!provider.synchronous);
  });

  test("gives octets that are the caller's own, of any length", () => {
    for (const length of [0, 1, 12, 16, 32, 4095, 4096, 4097, 10_000]) {
      const bytes = provider.randomBytes(length);
      expect(bytes).toHaveLength(length);
      expect(bytes.buffer.byteLength).toBe(length);
    }
  });

  test("writes base64url as node does, from a view into a larger buffer too", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 9 }), (bytes, start) => {
        const view = Uint8Array.from(bytes).subarray(Math.min(start, bytes.length));
        expect(provider.base64url(view)).toBe(base64urlOf(view));
      }),
    );
    const large = provider.randomBytes(60_000);
    expect(provider.base64url(large)).toBe(base64urlOf(large));
  });

  test("seals and opens texts that are longer than any cookie", async () => {
    const key = await provider.importKey(provider.randomBytes(32));
    for (const length of [3000, 3044, 3045, 4096, 50_000]) {
      const text = "ä".repeat(length);
      const body = await provider.seal(key, provider.randomBytes(12), utf8("x"), text);
      expect(await provider.open(key, utf8("x"), body)).toBe(text);
    }
  });

  test("keeps what was opened when something else is sealed and opened afterwards", async () => {
    const key = await provider.importKey(provider.randomBytes(32));
    const bodies = await Promise.all(
      ["first", "second"].map((text) => provider.seal(key, provider.randomBytes(12), utf8("x"), text)),
    );
    const opened = await Promise.all(bodies.map((body) => provider.open(key, utf8("x"), body)));
    expect(opened).toEqual(["first", "second"]);
  });
});

test(
  "both providers give the same bytes for the same key, nonce, associated data and text",
  { timeout: 30_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        octets(32),
        octets(12),
        fc.uint8Array({ maxLength: 80 }),
        anyText,
        async (key, nonce, data, text) => {
          const associated = Uint8Array.from(data);
          const [nodeKey, webKey] = [await node.importKey(key), await web.importKey(key)];
          const sealed = await node.seal(nodeKey, nonce, associated, text);
          expect(await web.seal(webKey, nonce, associated, text)).toBe(sealed);
          expect(await web.open(webKey, associated, sealed)).toBe(wellFormed(text));
          expect(await node.open(nodeKey, associated, sealed)).toBe(wellFormed(text));
          expect(await web.sha256(text)).toBe(await node.sha256(text));
          expect(await web.hkdf(key, nonce, associated, 42)).toEqual(
            await node.hkdf(key, nonce, associated, 42),
          );
        },
      ),
      { numRuns: 300 },
    );
  },
);

describe("a forged token", () => {
  const forged = async () => {
    const key = await node.importKey(new Uint8Array(32));
    const body = await node.seal(key, new Uint8Array(12), new Uint8Array(0), "text");
    return node.open(key, new Uint8Array(0), `${body.slice(0, -2)}AA`);
  };
  const original = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")!;
  afterEach(() => void Object.defineProperty(Error, "stackTraceLimit", original));

  test("leaves errors as they are: their stack is noted before and after", async () => {
    Error.stackTraceLimit = 7;
    expect(await forged()).toBeUndefined();
    expect(Error.stackTraceLimit).toBe(7);
    expect(new Error("later").stack).toContain("provider.test");
  });

  test("is told from a valid one where the intrinsics are frozen", async () => {
    Object.defineProperty(Error, "stackTraceLimit", { value: 10, writable: false });
    expect(await forged()).toBeUndefined();
    const key = await node.importKey(new Uint8Array(32));
    const body = await node.seal(key, new Uint8Array(12), new Uint8Array(0), "text");
    expect(await node.open(key, new Uint8Array(0), body)).toBe("text");
  });

  test("costs no stack trace", () => {
    expect(untraced(() => new Error("forged").stack)).toBe("Error: forged");
  });
});

describe("the pool of random octets", () => {
  test(
    "hands no octet out twice: what comes is the generator's stream, without overlap or gap within a block",
    { timeout: 30_000 },
    () => {
      let block = 0;
      // A generator whose octets tell where they came from.
      const counting = {
        ...nodeCryptoModule,
        randomFillSync: (bytes: Uint8Array) => {
          const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
          for (let i = 0; i < words.length; i++) words[i] = block * words.length + i;
          block++;
          return bytes;
        },
      } as unknown as typeof nodeCryptoModule;
      const provider = nodeCrypto(counting);
      const seen = new Set<number>();
      for (let n = 0; n < 6000; n++) {
        const length = [12, 16, 32][n % 3]!;
        for (const word of new Uint32Array(provider.randomBytes(length).buffer)) {
          expect(seen.has(word)).toBe(false);
          seen.add(word);
        }
      }
      // Whole blocks were used up, but for an end that was too short for the next request.
      expect(seen.size * 4).toBeGreaterThan(block * 4096 - block * 32 - 4096);
    },
  );

  test("gives 1,000,000 nonces, all different", { timeout: 30_000 }, ({ task }) => {
    const provider = nodeCrypto(nodeCryptoModule);
    const before = process.cpuUsage();
    const seen = new Set<string>();
    for (let n = 0; n < 1_000_000; n++)
      seen.add(Buffer.from(provider.randomBytes(12).buffer).toString("latin1"));
    const { user, system } = process.cpuUsage(before);
    expect(seen.size).toBe(1_000_000);
    expect(user + system).toBeLessThan(20_000_000);
    task.meta.note = `1,000,000 nonces in ${Math.round((user + system) / 1000)} ms of CPU, none twice`;
  });

  test("does not keep what it handed out", () => {
    let pool: Uint8Array | undefined;
    const watched = {
      ...nodeCryptoModule,
      randomFillSync: (bytes: Uint8Array) => {
        pool = bytes;
        return nodeCryptoModule.randomFillSync(bytes);
      },
    } as unknown as typeof nodeCryptoModule;
    const provider = nodeCrypto(watched);
    const nonces = Array.from({ length: 10 }, () => provider.randomBytes(16));
    expect(nonces.every((nonce) => nonce.some((octet) => octet !== 0))).toBe(true);
    expect(pool!.subarray(0, 160).every((octet) => octet === 0)).toBe(true);
    expect(pool!.subarray(160).some((octet) => octet !== 0)).toBe(true);
  });
});
