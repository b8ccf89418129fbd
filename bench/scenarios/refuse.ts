import { coatcheck } from "../candidates/coatcheck.ts";
import { h3Request } from "../candidates/h3.ts";
import type { Size } from "../lib/payloads.ts";
import type { Claim, Scenario } from "../lib/scenario.ts";
import { FORGED } from "./expectations.ts";
import { requestCandidates } from "./request.ts";
import { openTask, refusal, refuseTask, type Bad } from "./tokens.ts";

const BAD: readonly Bad[] = ["forged", "truncated", "foreign"];

/** Refusing must not cost so much more than opening that bad cookies become a weapon. */
const claims: readonly Claim[] = [
  ...BAD.map((bad) => ({ subject: refusal(coatcheck, bad), beside: coatcheck.name, atMost: FORGED.valid })),
  { subject: refusal(h3Request, "forged"), beside: refusal(coatcheck, "forged"), atLeast: FORGED.h3 },
];

/** Requests with cookies that must be refused, beside those that they were made of. */
export function refuse(size: Size): Scenario {
  return {
    name: `refuse ${size.name}`,
    table: `refuse ${size.name}`,
    title: `A request with a bad cookie, ${size.name} of data`,
    base: coatcheck.name,
    tasks: requestCandidates.flatMap((one) => [
      openTask(one, size),
      ...BAD.map((bad) => refuseTask(one, size, bad)),
    ]),
    claims,
  };
}
