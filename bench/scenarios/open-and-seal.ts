import { authJs } from "../candidates/auth-js.ts";
import { betterAuthCookie } from "../candidates/better-auth.ts";
import type { Candidate } from "../candidates/candidate.ts";
import { BareCipher } from "../candidates/cipher.ts";
import { coatcheckSealer, coatcheckSodiumSealer, recordHead } from "../candidates/coatcheck.ts";
import { cookieSessionRequest } from "../candidates/cookie-session.ts";
import { h3v1 } from "../candidates/h3-v1.ts";
import { h3 } from "../candidates/h3.ts";
import { ironSession } from "../candidates/iron-session.ts";
import { jose } from "../candidates/jose.ts";
import { secureSessionToken } from "../candidates/secure-session.ts";
import type { Size } from "../lib/payloads.ts";
import type { Claim, Scenario } from "../lib/scenario.ts";
import type { Operation } from "../lib/task.ts";
import { openTask, sealTask } from "./tokens.ts";

const peers: readonly Candidate[] = [
  secureSessionToken,
  cookieSessionRequest,
  jose,
  betterAuthCookie("compact"),
  betterAuthCookie("jwe"),
  authJs,
  ironSession,
  h3v1,
  h3,
];

const CIPHER = "AES-256-GCM alone";
/** What {@link bareCipher} is called. */
export const CIPHER_JSON = "AES-256-GCM and JSON alone";

/** The bare cipher for as many bytes as Coatcheck seals of this size, JSON included. */
export function bareCipher(size: Size): BareCipher {
  return new BareCipher(CIPHER_JSON, recordHead(size.make(0)), true);
}

/** What must come out for about 60 bytes, on any machine: somewhat less than was measured. */
export const CLAIMS: readonly Claim[] = [
  { subject: ironSession.name, beside: coatcheckSealer.name, atLeast: 25 },
  { subject: h3.name, beside: coatcheckSealer.name, atLeast: 700 },
  { subject: coatcheckSealer.name, beside: CIPHER_JSON, atMost: 1.5 },
];

/** What the plots call the scenario of {@link openAndSeal} that opens. */
export function openName(size: Size): string {
  return `open ${size.name}`;
}

/** Opening and sealing a token, beside the peers' own seal and unseal and the bare cipher. */
export function openAndSeal(size: Size, claims: readonly Claim[]): Scenario[] {
  const head = recordHead(size.make(0));
  const candidates = [bareCipher(size), coatcheckSealer, coatcheckSodiumSealer, ...peers];
  const bare = new BareCipher(CIPHER, head, false);
  const isText: Operation["isRight"] = (answer, i) =>
    answer === head.length + JSON.stringify(size.make(i)).length;
  const name = openName(size);
  const seal = `seal ${size.name}`;
  return [
    {
      name,
      table: name,
      title: `Open a new token, ${size.name} of data`,
      base: coatcheckSealer.name,
      tasks: [openTask(bare, size, isText), ...candidates.map((one) => openTask(one, size))],
      claims,
    },
    {
      name: seal,
      table: seal,
      title: `Seal a token, ${size.name} of data`,
      base: coatcheckSealer.name,
      tasks: candidates.map((one) => sealTask(one, size)),
      claims: [],
    },
  ];
}
