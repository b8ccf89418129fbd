import { coatcheck, coatcheckSealer } from "../candidates/coatcheck.ts";
import { h3 } from "../candidates/h3.ts";
import { ironSession } from "../candidates/iron-session.ts";
import { secureSessionToken } from "../candidates/secure-session.ts";
import type { Size } from "../lib/payloads.ts";
import type { Claim, Scenario } from "../lib/scenario.ts";
import { forgedTask, openTask } from "./tokens.ts";

/** Refusing must not cost so much more than opening that forged cookies become a weapon. */
const MOST = 3;

/** Refusing a token of which one character was changed, beside opening the one that it was. */
export function forged(size: Size): Scenario {
  const candidates = [coatcheckSealer, coatcheck, secureSessionToken, ironSession, h3];
  const claim = (name: string): Claim => ({ task: `${name}, forged`, beside: name, atMost: MOST });
  return {
    name: `forged ${size.name}`,
    title: `Refuse a forged token, ${size.name} of data`,
    base: coatcheckSealer.name,
    tasks: candidates.flatMap((one) => [openTask(one, size), forgedTask(one, size)]),
    claims: [claim(coatcheckSealer.name), claim(coatcheck.name)],
  };
}
