import type { RequestCandidate } from "../candidates/candidate.ts";
import { coatcheck, coatcheckSodium } from "../candidates/coatcheck.ts";
import { cookieSessionRequest } from "../candidates/cookie-session.ts";
import { h3Request } from "../candidates/h3.ts";
import { ironSessionRequest } from "../candidates/iron-session.ts";
import { secureSessionRequest } from "../candidates/secure-session.ts";
import type { Size } from "../lib/payloads.ts";
import type { Claim, Scenario } from "../lib/scenario.ts";
import type { Task } from "../lib/task.ts";
import { NEW, RECENT } from "./expectations.ts";
import { bareCipher, CIPHER_JSON } from "./open-and-seal.ts";
import { changeTask, openTask, recentTask, sealTask } from "./tokens.ts";

/** Whoever takes a whole request. */
export const requestCandidates: readonly RequestCandidate[] = [
  coatcheck,
  coatcheckSodium,
  secureSessionRequest,
  cookieSessionRequest,
  ironSessionRequest,
  h3Request,
];

const newClaims: readonly Claim[] = [
  { subject: coatcheck.name, beside: CIPHER_JSON, atMost: NEW.cipher },
  { subject: coatcheck.name, beside: secureSessionRequest.name, atMost: NEW.secureSession },
];

type Recent = (typeof RECENT)[keyof typeof RECENT];

function recentClaims({ atMost, secureSession, ironSession, h3 }: Recent): readonly Claim[] {
  const beside = coatcheck.name;
  return [
    { subject: beside, atMost },
    { subject: secureSessionRequest.name, beside, atLeast: secureSession },
    { subject: ironSessionRequest.name, beside, atLeast: ironSession },
    { subject: h3Request.name, beside, atLeast: h3 },
  ];
}

/** The name of the scenario of {@link wholeRequest} in which visitors come back. */
export function recentName(size: Size): string {
  return `recent ${size.name}`;
}

/**
 * What an application calls: from the `Cookie` header to the data, and from new data to the `Set-Cookie` line.
 *
 * @param expected - Of a visitor who was here lately.
 */
export function wholeRequest(size: Size, expected?: Recent): Scenario[] {
  const scenario = (
    name: string,
    title: string,
    task: (one: RequestCandidate, size: Size) => Task,
    claims: readonly Claim[] = [],
  ): Scenario => ({
    name,
    table: name,
    title: `A request that ${title}, ${size.name} of data`,
    base: coatcheck.name,
    tasks: requestCandidates.map((one) => task(one, size)),
    claims,
  });
  const read = scenario(`read ${size.name}`, "reads a session that was not seen before", openTask, newClaims);
  return [
    { ...read, tasks: [openTask(bareCipher(size), size), ...read.tasks] },
    scenario(recentName(size), "reads the session of one of 1,000 visitors who come back", recentTask, [
      ...(expected === undefined ? [] : recentClaims(expected)),
    ]),
    scenario(`write ${size.name}`, "starts a session", sealTask),
    scenario(`change ${size.name}`, "changes a session", changeTask),
  ];
}
