import type { RequestCandidate } from "../candidates/candidate.ts";
import { BareExchange, coatcheck, sessionOf, sessions } from "../candidates/coatcheck.ts";
import type { Size } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Task } from "../lib/task.ts";
import { UNTOUCHED } from "./expectations.ts";
import { oneByOne } from "./one-by-one.ts";
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
      oneByOne("anonymous visitor, other cookies", async () => ({
        run: () => sessionOf(new BareExchange("theme=dark; lang=en")).data.userId,
        isRight: (answer) => answer === undefined,
      })),
      oneByOne("anonymous visitor, no cookie", async () => ({
        run: () => sessionOf(new BareExchange(null)).data.userId,
        isRight: (answer) => answer === undefined,
      })),
      oneByOne(NEVER_TOUCHED, async () => {
        const [cookie = ""] = await tokensOf(coatcheck, size);
        return {
          run: () => sessions.open(new BareExchange(cookie)),
          isRight: (answer) => (answer as { data: { userId: unknown } }).data.userId !== undefined,
        };
      }),
      oneByOne("the request of this benchmark alone", async () => ({
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
