import { describe, expect, test, vi } from "vitest";
import { createKeyring } from "../../src/core/keyring.ts";
import { createSealer } from "../../src/core/seal.ts";
import { DAY_MS } from "../../src/core/token.ts";
import { ciphers, counted } from "../crypto/providers.ts";
import { NOON, opened, PASSWORDS, sealerOf, TODAY } from "./sealers.ts";

const LATER = 90 * DAY_MS;

/** The same token with another day on it. */
const relabelled = (token: string, day: number | string) => token.replace(/\.\d+\./, `.${day}.`);

describe.each(ciphers)("a sealer on $name", ({ crypto, cipher }) => {
  const on = { crypto, cipher };
  const { version } = cipher;

  test("opens what it sealed, whatever the text", async () => {
    const sealer = sealerOf(on);
    for (const text of ["", "x", "line\nline", "Żółć \u{1f9d9}", "\ufeffbom", "y".repeat(2000)])
      expect(await opened(sealer, await sealer.seal(text, NOON))).toBe(`text: ${text}`);
  });

  test("never seals the same twice", async () => {
    const sealer = sealerOf(on);
    const sealed = await Promise.all(Array.from({ length: 200 }, () => sealer.seal("same", NOON)));
    expect(new Set(sealed).size).toBe(200);
  });

  test("opens under its own name and purpose alone", async () => {
    const token = await sealerOf(on).seal("text", NOON);
    expect(await opened(sealerOf(on), token)).toBe("text: text");
    for (const other of ["Session", "session2", "sessio", "", "admin"]) {
      expect(await opened(sealerOf({ ...on, name: other }), token), `not ${other}`).toBe("forged");
      expect(await opened(sealerOf({ ...on, purpose: other }), token), `not ${other}`).toBe("forged");
    }
  });

  test("does not let purpose and name flow into each other", async () => {
    const token = await sealerOf({ ...on, purpose: "ab", name: "c" }).seal("text", NOON);
    for (const [purpose, name] of [
      ["a", "bc"],
      ["abc", ""],
      ["", "abc"],
      ["c", "ab"],
    ] as const)
      expect(await opened(sealerOf({ ...on, purpose, name }), token)).toBe("forged");
  });

  test("opens under every password of its list, and under no other", async () => {
    const token = await sealerOf({ ...on, passwords: [PASSWORDS[1]] }).seal("text", NOON);
    expect(await opened(sealerOf({ ...on, passwords: PASSWORDS }), token)).toBe("text: text");
    expect(await opened(sealerOf({ ...on, passwords: [PASSWORDS[0], PASSWORDS[2]] }), token)).toBe(
      "unknown-key",
    );
  });

  test("takes no other key id for its own", async () => {
    const sealer = sealerOf({ ...on, passwords: PASSWORDS });
    const [, own, ...rest] = (await sealer.seal("text", NOON)).split(".");
    const [, other] = (await sealerOf({ ...on, passwords: [PASSWORDS[1]] }).seal("text", NOON)).split(".");
    expect(other).not.toBe(own);
    expect(await opened(sealer, [version, other, ...rest].join("."))).toBe("forged");
    expect(await opened(sealer, [version, "AAAAAAAA", ...rest].join("."))).toBe("unknown-key");
  });

  test("takes no other day for its own", async () => {
    const sealer = sealerOf(on);
    const token = await sealer.seal("text", NOON);
    for (const day of [TODAY - 2, TODAY - 1, TODAY + 1])
      expect(await opened(sealer, relabelled(token, day)), `${day - TODAY}`).toBe("forged");
  });

  test("opens a token until its longest life is over, to the day", async () => {
    for (const [maxAge, days] of [
      [1000, 2],
      [DAY_MS, 2],
      [DAY_MS + 1, 3],
      [30 * DAY_MS, 31],
    ] as const) {
      const token = await sealerOf({ ...on, maxAge }).seal("text", NOON);
      const at = (day: number) => opened(sealerOf({ ...on, maxAge }), token, day * DAY_MS + 1);
      expect(await at(TODAY + days), `${maxAge}`).toBe("text: text");
      expect(await at(TODAY + days + 1), `${maxAge}`).toBe("out-of-lifetime");
    }
  });

  test("bears a clock that is behind by up to a day, and no more", async () => {
    const token = await sealerOf(on).seal("text", NOON);
    expect(await opened(sealerOf(on), token, NOON - DAY_MS)).toBe("text: text");
    expect(await opened(sealerOf(on), token, NOON - 2 * DAY_MS)).toBe("out-of-lifetime");
  });

  test("checks the day also when it has the key already", async () => {
    const sealer = sealerOf(on);
    const token = await sealer.seal("text", NOON);
    expect(await opened(sealer, token)).toBe("text: text");
    expect(await opened(sealer, token, NOON + LATER)).toBe("out-of-lifetime");
    expect(await opened(sealer, token, NOON - LATER)).toBe("out-of-lifetime");
    expect(await opened(sealer, token)).toBe("text: text");
  });

  test("derives nothing for a day outside the lifetime or a malformed token", async () => {
    const { calls, ...counting } = counted(on);
    const token = await sealerOf(on).seal("text", NOON);
    const sealer = sealerOf({ ...counting });
    for (const day of [1, TODAY - 3, TODAY + 2, 999_999])
      expect(await opened(sealer, relabelled(token, day))).toBe("out-of-lifetime");
    for (const day of ["0", "", "01", "+1", "1e3", "-1", "1.5", "1000000", "999999999999999999999"])
      expect(await opened(sealer, relabelled(token, day)), `day ${day}`).toBe("malformed");
    for (const broken of [
      "",
      version,
      `${version}.`,
      `${version}...`,
      token.slice(3),
      `s2${token.slice(2)}`,
      `${version === "s1" ? "x1" : "s1"}${token.slice(2)}`,
      // An octet is missing to nonce and tag.
      `${token.slice(0, token.lastIndexOf(".") + 1)}${"A".repeat(Math.ceil(((cipher.nonceBytes + 15) * 4) / 3))}`,
      ` ${token}`,
      token.replace(version, version.toUpperCase()),
      ...misspelled(token),
    ])
      expect(await opened(sealer, broken), `token ${broken}`).toBe("malformed");
    expect(calls).toEqual({ hkdf: 0, importKey: 0, open: 0, seal: 0 });
  });

  test("opens one spelling of a token only, also when it has the key already", async () => {
    const sealer = sealerOf(on);
    for (const text of ["text", "text+", "text++"]) {
      const token = await sealer.seal(text, NOON);
      for (const broken of misspelled(token))
        expect(`${broken} ${await opened(sealer, broken)}`).toBe(`${broken} malformed`);
      expect(await opened(sealer, token)).toBe(`text: ${text}`);
    }
  });

  test("derives one key for a day and password, and tries no other", async () => {
    const { calls, ...counting } = counted(on);
    const sealer = sealerOf({ ...counting, passwords: PASSWORDS });
    const token = await sealerOf({ ...on, passwords: [PASSWORDS[2]] }).seal("text", NOON);
    for (let n = 0; n < 20; n++) expect(await opened(sealer, token)).toBe("text: text");
    // A key id for each of three passwords, and one key.
    expect(calls).toEqual({ hkdf: 4, importKey: 1, open: 20, seal: 0 });
    expect(await opened(sealer, token.replace(/\.[^.]+\./, ".AAAAAAAA."))).toBe("unknown-key");
    expect(calls).toEqual({ hkdf: 4, importKey: 1, open: 20, seal: 0 });
  });

  test("asks the keyring once for a day and password", async () => {
    const keyring = createKeyring(PASSWORDS, crypto, cipher);
    const keyFor = vi.spyOn(keyring, "keyFor");
    const sealer = createSealer({ keyring, crypto, purpose: "session", name: "session", maxAge: DAY_MS });
    const tokens: string[] = [];
    for (let n = 0; n < 5; n++) tokens.push(await sealer.seal("text", NOON));
    for (const token of tokens) expect(await opened(sealer, token)).toBe("text: text");
    expect(keyFor).toHaveBeenCalledTimes(1);
  });

  test("uses a new key on every day", async () => {
    const { calls, ...counting } = counted(on);
    const sealer = sealerOf({ ...counting });
    const days = [0, 1, 2, 3].map((day) => NOON + day * DAY_MS);
    const tokens = await Promise.all(days.map((day) => sealer.seal("text", day)));
    expect(tokens.map((token) => Number(token.split(".")[2]) - TODAY)).toEqual([0, 1, 2, 3]);
    expect(calls.importKey).toBe(4);
  });

  test("tells the prefix of what it would seal", async () => {
    const sealer = sealerOf({ ...on, passwords: [PASSWORDS[1], PASSWORDS[0]] });
    const prefix = await sealer.prefix(NOON);
    expect(prefix).toMatch(/^[sx]1\.[\w-]{8}\.\d+\.$/);
    expect(prefix.startsWith(version)).toBe(true);
    expect((await sealer.seal("text", NOON)).startsWith(prefix)).toBe(true);
    expect((await sealer.seal("text", NOON + DAY_MS)).startsWith(prefix)).toBe(false);
  });

  test("looks at nothing that is longer than a cookie", async () => {
    const { calls, ...counting } = counted(on);
    const sealer = sealerOf({ ...counting });
    const token = await sealer.seal("x".repeat(4096), NOON);
    expect(await opened(sealer, token)).toBe("malformed");
    expect(calls.open).toBe(0);
  });
});

/** The same octets as lenient decoders see them, or nearly: padding, the other alphabet, blanks, stray bits, parts too many. */
function misspelled(token: string): string[] {
  const at = token.lastIndexOf(".") + 1;
  const inside = ["+", "/", "=", "\n", " ", ".", "%", "\0", "é", "\u0141", "\ud83d\ude00"];
  const body = token.slice(at);
  return [
    ...inside.map((char) => token.slice(0, at + 9) + char + token.slice(at + 9)),
    ...inside.map((char) => token.slice(0, at + 9) + char + token.slice(at + 10)),
    ...inside.map((char) => token + char),
    ...(body.length % 4 === 0 ? [] : [token + "=".repeat(4 - (body.length % 4)), strayBits(token)]),
    `${token}A`.slice(0, at) + "A".repeat(41),
    `${token}.${body}`,
  ];
}

/** Another last character, of which a decoder drops the bits that differ. */
function strayBits(token: string): string {
  const last = token.at(-1)!;
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // The lowest bit of the last character is one of those that stand for nothing.
  return token.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1]!;
}
