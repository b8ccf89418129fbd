import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  associatedData,
  bodyLength,
  isCanonicalBase64url,
  parsePrefix,
  splitToken,
  tokenPrefix,
  utf8Length,
} from "../../src/core/token.ts";
import { base64urlOf, utf8 } from "../crypto/providers.ts";
import { NOON, sealerOf, sealNow } from "./sealers.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const KID = "Ab3-_xYz";
const BODY = "A".repeat(38);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("\ud800", "\udc00", "\udbff\udfff", "a", "é", "\u07ff", "\u0800", "\uffff"),
  }),
);

describe("canonical base64url", () => {
  test("is the one spelling that an encoder writes", { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = base64urlOf(bytes);
        expect(isCanonicalBase64url(text)).toBe(true);
        // Every other last character that decodes to the same bytes is a second spelling.
        const same = ALPHABET.split("")
          .map((last) => text.slice(0, -1) + last)
          .filter((other) => Buffer.from(other, "base64url").equals(Buffer.from(bytes)));
        expect(bytes.length === 0 ? [""] : same.filter(isCanonicalBase64url)).toEqual([text]);
      }),
      { numRuns: 500 },
    );
  });

  test(
    "is exactly what survives decoding and encoding, of all texts of up to three characters",
    { timeout: 30_000 },
    () => {
      const alphabet = `${ALPHABET}+/=. \n`.split("");
      const grown = (texts: string[]) => texts.flatMap((text) => alphabet.map((next) => text + next));
      const one = grown([""]);
      const two = grown(one);
      const wrong = [...one, ...two, ...grown(two)].filter(
        (text) =>
          isCanonicalBase64url(text) !== (Buffer.from(text, "base64url").toString("base64url") === text),
      );
      expect(wrong).toEqual([]);
    },
  );

  test.each(["A", "AAAAA", "AA==", "AA=", "A+AA", "A/AA", "AA AA", "AAAA\n", "AAAA.", "ÄAAA", "AB", "AAB"])(
    "is not %j",
    (text) => {
      expect(isCanonicalBase64url(text)).toBe(false);
    },
  );
});

describe("a token's shape", () => {
  test("comes apart into what it was made of", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 999_999 }),
        fc.uint8Array({ minLength: 28, maxLength: 200 }),
        (kidBytes, day, bytes) => {
          const [kid, body] = [base64urlOf(kidBytes), base64urlOf(bytes)];
          const prefix = tokenPrefix("s1", kid, day);
          expect(splitToken(prefix + body)).toEqual({ prefix, body });
          expect(parsePrefix(prefix)).toEqual({ version: "s1", kid, day });
        },
      ),
    );
  });

  test.each([
    ["nothing", ""],
    ["no dots", BODY],
    ["a day of seven digits", `s1.${KID}.1000000.${BODY}`],
  ])("is not there with %s", (_what, token) => {
    expect(splitToken(token)).toBeUndefined();
  });

  test.each([
    ["a version of three characters", `s11.${KID}.20000.`],
    ["a version without a digit", `ss.${KID}.20000.`],
    ["a capital version", `S1.${KID}.20000.`],
    ["a short key id", `s1.${KID.slice(1)}.20000.`],
    ["a long key id", `s1.${KID}A.20000.`],
    ["another alphabet in the key id", "s1.Ab3+/xYz.20000."],
    ["a leading zero", `s1.${KID}.020000.`],
    ["day 0", `s1.${KID}.0.`],
    ["a sign", `s1.${KID}.+2000.`],
    ["a fraction", `s1.${KID}.2e3.`],
    ["Arabic digits", `s1.${KID}.\u0662\u0660.`],
    ["a blank in front", ` s1.${KID}.20000.`],
    ["a line break behind", `s1.${KID}.20000.\n`],
  ])("has no prefix with %s", (_what, prefix) => {
    expect(parsePrefix(prefix)).toBeUndefined();
  });

  test("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parts = splitToken(text);
        expect(parts === undefined || parts.prefix + parts.body === text).toBe(true);
        parsePrefix(text);
      }),
    );
  });
});

describe("lengths", () => {
  test("of a text are its octets in UTF-8", { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Length(text)).toBe(utf8(text).length);
      }),
      { numRuns: 2000 },
    );
  });

  test("of a token are known before it is sealed", { timeout: 30_000 }, () => {
    const sealer = sealerOf();
    const prefix = sealer.prefix(NOON) as string;
    fc.assert(
      fc.property(anyText, (text) => {
        expect(prefix.length + bodyLength(12, utf8Length(text))).toBe(sealNow(sealer, text).length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("associated data", () => {
  test("is each part after its length in two octets", () => {
    const data = associatedData("s1", "AAAAAAAA", 7, "p", "n".repeat(300));
    const parts = [
      "\0\u0002s1",
      "\0\u0008AAAAAAAA",
      "\0\u00017",
      "\0\u0001p",
      "\u0001\u002c",
      "n".repeat(300),
    ];
    expect(Buffer.from(data).toString("latin1")).toBe(parts.join(""));
  });

  test("differs whenever one part does", { timeout: 30_000 }, () => {
    const list = fc.tuple(
      fc.constantFrom("s1", "x1"),
      fc.string({ maxLength: 3 }),
      fc.nat({ max: 30 }),
      fc.string({ maxLength: 3 }),
      fc.string({ maxLength: 3 }),
    );
    const dataOf = (parts: [string, string, number, string, string]) =>
      Buffer.from(associatedData(...parts)).toString("hex");
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(dataOf(a) === dataOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2000 },
    );
  });
});
