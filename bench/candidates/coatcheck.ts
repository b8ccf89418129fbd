import * as nodeCrypto from "node:crypto";
import sodium from "sodium-native";
import { createSessions, type Exchange, type Session, type Sessions } from "coatcheck";
import { sodiumCipher } from "coatcheck/sodium";
import type { Cipher } from "../../src/core/crypto.ts";
import { createKeyring } from "../../src/core/keyring.ts";
import { decodeRecord, encodeRecord, type SessionRecord } from "../../src/core/record.ts";
import { createSealer, type Sealer } from "../../src/core/seal.ts";
import { nodeCrypto as coatcheckCrypto } from "../../src/crypto/node.ts";
import { sodiumAead } from "../../src/crypto/sodium.ts";
import type { Payload } from "../lib/payloads.ts";
import {
  cookieHeader,
  OTHER_SECRET,
  SECRET,
  type Candidate,
  type CookieJar,
  type RequestCandidate,
} from "./candidate.ts";
import { SELDOM_NOTED } from "./settings.ts";

const HALF_A_DAY = 12 * 3600;

/** A request and its response with as little around them as can be. */
export class BareExchange implements Exchange {
  readonly url = "https://app.example/";
  readonly locals: Map<unknown, unknown> = new Map();
  readonly #cookie: string | null;
  /** The `Set-Cookie` line of the response. */
  line: string | undefined;

  constructor(cookie: string | null) {
    this.#cookie = cookie;
  }

  header(name: string): string | null {
    return name === "cookie" ? this.#cookie : null;
  }

  writable(): boolean {
    return true;
  }

  setCookie(_name: string, line: string): void {
    this.line = line;
  }

  markPrivate(): void {}
}

/** Of the sessions that are measured. */
export const OPTIONS = { password: SECRET, ...SELDOM_NOTED } as const;

export const sessions = createSessions<Payload>(OPTIONS);

/** The session of a request with this `Cookie` header. Nothing is awaited: sealed sessions open at once on Node. */
export function sessionOf(exchange: Exchange, own: Sessions<Payload> = sessions): Session<Payload> {
  return own.open(exchange) as Session<Payload>;
}

const elsewhere = coatcheckIn(createSessions<Payload>({ password: OTHER_SECRET }));

/** The whole public path: from the `Cookie` header to `session.data`, and from `update` to the `Set-Cookie` line. */
export const coatcheck: RequestCandidate = {
  name: "Coatcheck, Cookie header to session.data",
  inFlight: 1,
  ...coatcheckIn(sessions),
  sealElsewhere: elsewhere.seal,
};

const cipher = sodiumCipher(sodium);

/** The same with libsodium in place of node:crypto. */
export const coatcheckSodium: RequestCandidate = {
  name: "Coatcheck with libsodium, Cookie header to session.data",
  inFlight: 1,
  ...coatcheckIn(createSessions<Payload>({ ...OPTIONS, cipher })),
  sealElsewhere: coatcheckIn(createSessions<Payload>({ password: OTHER_SECRET, cipher })).seal,
};

/** From the `Cookie` header on, with some sealed sessions. */
export function coatcheckIn(own: Sessions<Payload>): CookieJar {
  return {
    async seal(data) {
      const exchange = new BareExchange(null);
      await sessionOf(exchange, own).update(data);
      return cookieHeader(exchange.line!);
    },
    open: (cookie) => sessionOf(new BareExchange(cookie), own).data.userId,
    read: (cookie) => sessionOf(new BareExchange(cookie), own).data,
    async change(cookie, role) {
      const exchange = new BareExchange(cookie);
      await sessionOf(exchange, own).update({ role });
      return cookieHeader(exchange.line!);
    },
  };
}

const crypto = coatcheckCrypto(nodeCrypto);

function sealerOf(aead?: Cipher): Sealer {
  return createSealer({
    keyring: createKeyring([SECRET], crypto, aead),
    crypto,
    purpose: "session",
    name: "session",
    maxAge: HALF_A_DAY * 1000,
  });
}

function recordOf(data: Payload): SessionRecord {
  const now = Date.now();
  return {
    id: crypto.base64url(crypto.randomBytes(16)),
    version: 1,
    userId: undefined,
    createdAt: now,
    lastSeenAt: now,
    authenticatedAt: now,
    idleTimeout: 1800,
    absoluteExpiresAt: now + HALF_A_DAY * 1000,
    expiresAt: now + 1800 * 1000,
    schemaVersion: 1,
    data: JSON.stringify(data),
    flash: undefined,
  };
}

function unseal(sealer: Sealer, token: string): Payload | undefined {
  const unsealed = sealer.open(token, Date.now());
  if (!("text" in unsealed)) return undefined;
  const record = decodeRecord(unsealed.text);
  return record && (JSON.parse(record.data) as Payload);
}

function tokensOnly(name: string, sealer: Sealer): Candidate {
  return {
    name,
    inFlight: 1,
    seal: (data) => sealer.seal(encodeRecord(recordOf(data)), Date.now()),
    open: (token) => unseal(sealer, token)?.userId,
    read: (token) => unseal(sealer, token),
  };
}

/** What is inside: the sealed token alone, beside what the peers call seal and unseal. */
export const coatcheckSealer: Candidate = tokensOnly("Coatcheck, token only", sealerOf());

/** The same with libsodium. */
export const coatcheckSodiumSealer: Candidate = tokensOnly(
  "Coatcheck with libsodium, token only",
  sealerOf(sodiumAead(sodium)),
);

/** The line that stands in front of the data in a sealed token. */
export function recordHead(data: Payload): string {
  const text = encodeRecord(recordOf(data));
  return text.slice(0, text.indexOf("\n") + 1);
}
