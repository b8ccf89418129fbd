import type { RequestCandidate } from "../candidates/candidate.ts";
import { BareExchange, coatcheck, sessionOf, sessions } from "../candidates/coatcheck.ts";
import type { Size } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Operation, Task } from "../lib/task.ts";
import { UNTOUCHED } from "./expectations.ts";
import { requestCandidates } from "./request.ts";
import { openTask, tokensOf } from "./tokens.ts";

const NEVER_TOUCHED = "session opened, never touched";

/** Requests that have no session, or do not look at it. */
export function idle(size: Size): Scenario {
  return {
    name: "idle",
    table: "idle",
    title: `Coatcheck where there is little to do, ${size.name} of data`,
    base: coatcheck.name,
    tasks: [
      openTask(coatcheck, size),
      task("anonymous visitor, other cookies", async () => ({
        run: () => sessionOf(new BareExchange("theme=dark; lang=en")).data.userId,
        isRight: (answer) => answer === undefined,
      })),
      task("anonymous visitor, no cookie", async () => ({
        run: () => sessionOf(new BareExchange(null)).data.userId,
        isRight: (answer) => answer === undefined,
      })),
      task(NEVER_TOUCHED, async () => {
        const [cookie = ""] = await tokensOf(coatcheck, size);
        return {
          run: () => sessions.open(new BareExchange(cookie)),
          isRight: (answer) => (answer as { data: { userId: unknown } }).data.userId !== undefined,
        };
      }),
      task("the request of this benchmark alone", async () => ({
        run: () => new BareExchange(null),
        isRight: (answer) => answer instanceof BareExchange,
      })),
    ],
    claims: [{ subject: NEVER_TOUCHED, atMost: UNTOUCHED }],
  };
}

/** Anonymous visitors beside each other: a session is looked for, and there is none. */
export const anonymous: Scenario = {
  name: "anonymous",
  table: "anonymous",
  title: "A request of an anonymous visitor, who has other cookies",
  base: coatcheck.name,
  tasks: requestCandidates.map(visit),
  claims: [],
};

function visit({ name, inFlight, open }: RequestCandidate): Task {
  return {
    name,
    inFlight,
    prepare: async () => ({
      run: () => open("theme=dark; lang=en"),
      isRight: (answer) => answer === undefined,
    }),
  };
}

function task(name: string, prepare: () => Promise<Operation>): Task {
  return { name, inFlight: 1, prepare };
}
