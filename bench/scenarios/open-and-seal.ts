import type { Candidate } from "../candidates/candidate.ts";
import { BareCipher } from "../candidates/cipher.ts";
import { coatcheckSealer, recordHead } from "../candidates/coatcheck.ts";
import { h3 } from "../candidates/h3.ts";
import { ironSession } from "../candidates/iron-session.ts";
import { secureSessionToken } from "../candidates/secure-session.ts";
import type { Size } from "../lib/payloads.ts";
import type { Claim, Scenario } from "../lib/scenario.ts";
import type { Operation } from "../lib/task.ts";
import { openTask, sealTask } from "./tokens.ts";

const peers: readonly Candidate[] = [secureSessionToken, ironSession, h3];

const CIPHER = "AES-256-GCM alone";
const CIPHER_JSON = "AES-256-GCM and JSON alone";

/** What must come out for about 60 bytes, on any machine: somewhat less than was measured. */
export const CLAIMS: readonly Claim[] = [
  { task: ironSession.name, beside: coatcheckSealer.name, atLeast: 25 },
  { task: h3.name, beside: coatcheckSealer.name, atLeast: 700 },
  { task: coatcheckSealer.name, beside: CIPHER_JSON, atMost: 1.5 },
];

/** Opening and sealing a token, beside the peers' own seal and unseal and the bare cipher. */
export function openAndSeal(size: Size, claims: readonly Claim[]): Scenario[] {
  const head = recordHead(size.make(0));
  const candidates = [new BareCipher(CIPHER_JSON, head, true), coatcheckSealer, ...peers];
  const bare = new BareCipher(CIPHER, head, false);
  const isText: Operation["isRight"] = (answer, i) =>
    answer === head.length + JSON.stringify(size.make(i)).length;
  return [
    {
      name: `open ${size.name}`,
      title: `Open a token, ${size.name} of data`,
      base: coatcheckSealer.name,
      tasks: [openTask(bare, size, isText), ...candidates.map((one) => openTask(one, size))],
      claims,
    },
    {
      name: `seal ${size.name}`,
      title: `Seal a token, ${size.name} of data`,
      base: coatcheckSealer.name,
      tasks: candidates.map((one) => sealTask(one, size)),
      claims: [],
    },
  ];
}
