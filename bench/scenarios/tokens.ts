import { isDeepStrictEqual } from "node:util";
import type { Candidate } from "../candidates/candidate.ts";
import { userOf, type Size } from "../lib/payloads.ts";
import type { Operation, Task } from "../lib/task.ts";

/** Different tokens that a task goes through, so that nothing is faster for having just been seen. */
const TOKENS = 64;

/** The user's id, which is what candidates answer unless they say otherwise. */
const isUser: Operation["isRight"] = (answer, i) => answer === userOf(i);

/** Opening tokens of the candidate's own. */
export function openTask(candidate: Candidate, size: Size, isRight = isUser): Task {
  return {
    name: candidate.name,
    inFlight: candidate.inFlight,
    async prepare() {
      const tokens = await tokensOf(candidate, size);
      return {
        run: (i) => candidate.open(tokens[i % TOKENS]!),
        isRight: (answer, i) => isRight(answer, i % TOKENS),
      };
    },
  };
}

/** Sealing. What comes out must open, and hold what went in. */
export function sealTask(candidate: Candidate, size: Size): Task {
  return {
    name: candidate.name,
    inFlight: candidate.inFlight,
    async prepare() {
      const payloads = Array.from({ length: TOKENS }, (_, i) => size.make(i));
      return {
        run: (i) => candidate.seal(payloads[i % TOKENS]!),
        isRight: (answer, i) => holds(candidate, answer as string, payloads[i % TOKENS]!),
      };
    },
  };
}

/** Opening what somebody changed one character of. */
export function forgedTask(candidate: Candidate, size: Size): Task {
  return {
    name: `${candidate.name}, forged`,
    inFlight: candidate.inFlight,
    async prepare() {
      const forged = (await tokensOf(candidate, size)).map(forge);
      return {
        run: (i) => candidate.open(forged[i % TOKENS]!),
        isRight: (answer) => answer === undefined,
      };
    },
  };
}

/** Tokens that are known to give back what went in. */
export async function tokensOf(candidate: Candidate, size: Size): Promise<string[]> {
  const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, i) => candidate.seal(size.make(i))));
  for (const [i, token] of tokens.entries())
    if (!(await holds(candidate, token, size.make(i))))
      throw new Error(`the data of ${size.name} did not come back as they went in`);
  return tokens;
}

async function holds(candidate: Candidate, token: string, data: object): Promise<boolean> {
  return isDeepStrictEqual({ ...((await candidate.read(token)) as object) }, data);
}

const PLAIN = /[A-Za-z0-9]{3}/g;

/** Changes one character in the middle, and leaves the form as it was. */
function forge(token: string): string {
  PLAIN.lastIndex = token.length >> 1;
  const at = PLAIN.exec(token)!.index + 2;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
