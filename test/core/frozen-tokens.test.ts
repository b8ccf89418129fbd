import { createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import sodium from "sodium-native";
import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../../src/events.ts";
import { decodeRecord } from "../../src/core/record.ts";
import { testExchange } from "../../src/testing/index.ts";
import { sodiumCipher } from "../../src/sodium.ts";
import { ciphers, createSessionsOn, providers, utf8 } from "../crypto/providers.ts";
import { openXChaCha } from "../crypto/xchacha.ts";
import { sealerOf } from "./sealers.ts";

interface FrozenToken {
  readonly title: string;
  readonly passwords: readonly string[];
  readonly name: string;
  readonly token: string;
  readonly record: {
    readonly id: string;
    readonly createdAt: number;
    readonly lastSeenAt: number;
    readonly authenticatedAt: number | null;
    readonly idleTimeout: number;
    readonly absoluteExpiresAt: number;
    readonly expiresAt: number;
    readonly schemaVersion: number;
  };
  readonly data: Record<string, unknown>;
  readonly flash: Record<string, unknown>;
}

function tokensOf(format: string): FrozenToken[] {
  const file = readFileSync(new URL(`../vectors/${format}.json`, import.meta.url), "utf8");
  return (JSON.parse(file) as { tokens: FrozenToken[] }).tokens;
}

/** How many entries each file was released with in version 0.1.0, and their digest. */
const RELEASED = [
  { format: "s1", count: 13, digest: "b8c16dd42ec6ff87167afa3e42216a832e06189f5436a13243ca0e7269f037e6" },
  { format: "x1", count: 13, digest: "ce6b5e279cc79ba15bdbde581e5767db6763b18169c809d3c8e76ac79f16d800" },
];

test.each(RELEASED)(
  "the file of frozen tokens is never edited, only added to: $format",
  ({ format, count, digest }) => {
    const released = JSON.stringify(tokensOf(format).slice(0, count));
    expect(createHash("sha256").update(released).digest("hex")).toBe(digest);
  },
);

/** What opens a token's bytes under a key, by the description of its version. */
const decipher: Record<string, (key: Buffer, associated: Buffer, bytes: Buffer) => string> = {
  s1(key, associated, bytes) {
    const gcm = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
    gcm.setAAD(associated);
    gcm.setAuthTag(bytes.subarray(-16));
    return gcm.update(bytes.subarray(12, -16), undefined, "utf8") + gcm.final("utf8");
  },
  x1: (key, associated, bytes) =>
    openXChaCha(key, bytes.subarray(0, 24), associated, bytes.subarray(24)).toString("utf8"),
};

const frozenTokens = ["s1", "x1"].flatMap((version) =>
  tokensOf(version).map((frozen) => ({ version, ...frozen })),
);
/** Where sessions run, with and without libsodium. */
const runtimes = [...providers, { name: "node:crypto", cipher: sodiumCipher(sodium) } as const];

describe.each(frozenTokens)("the frozen $version token of $title", (frozen) => {
  const { version, passwords, name, token, record, data, flash } = frozen;
  const maxAge = record.absoluteExpiresAt - record.createdAt;
  const cookie = `__Host-${name}=${token}`;

  test.each(runtimes.filter((on) => version === "s1" || "cipher" in on))(
    "opens as a session on $name, cipher: $cipher",
    async (on) => {
      const createSessions = await createSessionsOn(on.name);
      const events: SessionEvent[] = [];
      const sessions = createSessions({
        password: passwords,
        cipher: "cipher" in on ? on.cipher : undefined,
        name,
        idleTimeout: record.idleTimeout,
        absoluteTimeout: maxAge / 1000,
        version: record.schemaVersion,
        now: () => record.lastSeenAt + 1000,
        onEvent: (event) => void events.push(event),
      });
      const exchange = testExchange({ cookie });
      const session = await sessions.open(exchange);
      expect(session.data).toEqual(data);
      expect(session).toMatchObject({
        state: "loaded",
        id: record.id,
        createdAt: record.createdAt,
        lastSeenAt: record.lastSeenAt,
        expiresAt: record.expiresAt,
        authenticatedAt: record.authenticatedAt ?? undefined,
      });
      expect(exchange.headers.getSetCookie()).toEqual([]);
      expect(events).toEqual([]);

      for (const [key, value] of Object.entries(flash)) expect(await session.flash.take(key)).toEqual(value);
      expect(await session.flash.take("nothing")).toBeUndefined();
    },
  );

  const own = ciphers.filter(({ cipher }) => cipher.version === version);
  test.each(own)("opens as a record on $name", async ({ crypto, cipher }) => {
    const sealer = sealerOf({ passwords, name, crypto, cipher, maxAge });
    const unsealed = await sealer.open(token, record.lastSeenAt);
    expect(unsealed).toHaveProperty("text");
    const decoded = decodeRecord((unsealed as { text: string }).text);
    expect({ ...decoded, data: undefined, flash: undefined }).toEqual({
      ...record,
      authenticatedAt: record.authenticatedAt ?? undefined,
      version: 1,
      userId: undefined,
      data: undefined,
      flash: undefined,
    });
    expect(JSON.parse(decoded!.data)).toEqual(data);
    expect(JSON.parse(decoded!.flash ?? "{}")).toEqual(flash);
  });

  test("opens by the description of the format alone", () => {
    const [first = "", kid = "", day = "", body = ""] = token.split(".");
    const derive = (password: string, info: string, length: number) =>
      Buffer.from(hkdfSync("sha256", utf8(password), utf8(`coatcheck/${version}`), utf8(info), length));
    const password = passwords.find((candidate) => derive(candidate, "kid", 6).toString("base64url") === kid);
    expect([first, password]).toEqual([version, expect.any(String)]);
    expect(Number(day)).toBe(Math.floor(record.lastSeenAt / 86_400_000));

    const prefixed = [version, kid, day, "session", name].map((part) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(part));
      return Buffer.concat([length, utf8(part)]);
    });
    const key = derive(password!, `key ${day}`, 32);
    const text = decipher[version]!(key, Buffer.concat(prefixed), Buffer.from(body, "base64url"));
    const [head, dataLine = "", flashLine = "{}"] = text.split("\n");
    const times = [record.createdAt, record.absoluteExpiresAt, record.lastSeenAt, record.idleTimeout];
    const numbers = [...times, record.authenticatedAt, record.schemaVersion];
    expect(head).toBe([record.id, ...numbers.map((number) => number?.toString(36) ?? "-")].join(" "));
    expect([JSON.parse(dataLine), JSON.parse(flashLine)]).toEqual([data, flash]);
  });
});
