import { createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../../src/events.ts";
import { decodeRecord } from "../../src/core/record.ts";
import { testExchange } from "../../src/testing/index.ts";
import { createSessionsOn, providers, utf8 } from "../crypto/providers.ts";
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

const { tokens } = JSON.parse(readFileSync(new URL("../vectors/s1.json", import.meta.url), "utf8")) as {
  tokens: FrozenToken[];
};

/** The entries that version 0.1.0 was released with. */
const RELEASED = 13;

test("the file of frozen tokens is never edited, only added to", () => {
  const digest = createHash("sha256")
    .update(JSON.stringify(tokens.slice(0, RELEASED)))
    .digest("hex");
  expect(digest).toBe("b8c16dd42ec6ff87167afa3e42216a832e06189f5436a13243ca0e7269f037e6");
});

describe.each(tokens)("the frozen token of $title", (frozen) => {
  const { passwords, name, token, record, data, flash } = frozen;
  const maxAge = record.absoluteExpiresAt - record.createdAt;
  const cookie = `__Host-${name}=${token}`;

  test.each(providers)("opens as a session on $name", async (on) => {
    const createSessions = await createSessionsOn(on.name);
    const events: SessionEvent[] = [];
    const sessions = createSessions({
      password: passwords,
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
  });

  test.each(providers)("opens as a record on $name", async ({ provider: crypto }) => {
    const sealer = sealerOf({ passwords, name, crypto, maxAge });
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
    const [version = "", kid = "", day = "", body = ""] = token.split(".");
    const derive = (password: string, info: string, length: number) =>
      Buffer.from(hkdfSync("sha256", utf8(password), utf8("coatcheck/s1"), utf8(info), length));
    const password = passwords.find((candidate) => derive(candidate, "kid", 6).toString("base64url") === kid);
    expect([version, password]).toEqual(["s1", expect.any(String)]);
    expect(Number(day)).toBe(Math.floor(record.lastSeenAt / 86_400_000));

    const bytes = Buffer.from(body, "base64url");
    const decipher = createDecipheriv(
      "aes-256-gcm",
      derive(password!, `key ${day}`, 32),
      bytes.subarray(0, 12),
    );
    const prefixed = ["s1", kid, day, "session", name].map((part) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(part));
      return Buffer.concat([length, utf8(part)]);
    });
    decipher.setAAD(Buffer.concat(prefixed));
    decipher.setAuthTag(bytes.subarray(-16));
    const text = decipher.update(bytes.subarray(12, -16), undefined, "utf8") + decipher.final("utf8");
    const [head, dataLine = "", flashLine = "{}"] = text.split("\n");
    const times = [record.createdAt, record.absoluteExpiresAt, record.lastSeenAt, record.idleTimeout];
    const numbers = [...times, record.authenticatedAt, record.schemaVersion];
    expect(head).toBe([record.id, ...numbers.map((number) => number?.toString(36) ?? "-")].join(" "));
    expect([JSON.parse(dataLine), JSON.parse(flashLine)]).toEqual([data, flash]);
  });
});
