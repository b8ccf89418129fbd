import { coatcheck } from "../candidates/coatcheck.ts";
import { h3Request } from "../candidates/h3.ts";
import { ironSessionRequest } from "../candidates/iron-session.ts";
import { secureSessionRequest } from "../candidates/secure-session.ts";
import type { Size } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import { openTask, sealTask } from "./tokens.ts";

const candidates = [coatcheck, secureSessionRequest, ironSessionRequest, h3Request];

/** What an application calls: from the `Cookie` header to the data, and from new data to the `Set-Cookie` line. */
export function wholeRequest(size: Size): Scenario[] {
  return [
    {
      name: `read ${size.name}`,
      title: `A request that reads its session, ${size.name} of data`,
      base: coatcheck.name,
      tasks: candidates.map((one) => openTask(one, size)),
      claims: [],
    },
    {
      name: `write ${size.name}`,
      title: `A request that starts a session, ${size.name} of data`,
      base: coatcheck.name,
      tasks: candidates.map((one) => sealTask(one, size)),
      claims: [],
    },
  ];
}
