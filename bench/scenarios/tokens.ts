import { isDeepStrictEqual } from "node:util";
import type { Candidate, RequestCandidate } from "../candidates/candidate.ts";
import { userOf, type Payload, type Size } from "../lib/payloads.ts";
import { scaled } from "../lib/scale.ts";
import type { Operation, Task } from "../lib/task.ts";

/** So many that each is new again when its turn comes, but for one in a hundred: see `RecentTokens`. */
export const NEW = 20_000;
/** Visitors who come back in turn. */
const RECENT = 1000;
/** Enough for what takes long anyhow, and for what is sealed. */
const few = (): number => scaled(64, 8);

/** The user's id, which is what candidates answer unless they say otherwise. */
const isUser: Operation["isRight"] = (answer, i) => answer === userOf(i);

/** Opening tokens that have not been seen before, or so long ago that nobody remembers. */
export function openTask(candidate: Candidate, size: Size, isRight: Operation["isRight"] = isUser): Task {
  return openInTurn(candidate, size, { isRight });
}

/** Opening tokens of visitors who come back in turn. */
export function recentTask(candidate: Candidate, size: Size): Task {
  return openInTurn(candidate, size, { visitors: RECENT });
}

interface Turns {
  /** @default the candidate's */
  readonly name?: string;
  /** How many come in turn. @default so many that nobody remembers them */
  readonly visitors?: number;
  /** @default whether it is the user's id */
  readonly isRight?: Operation["isRight"];
}

/** Opening tokens of some visitors in turn. */
export function openInTurn(candidate: Candidate, size: Size, turns: Turns): Task {
  const { name = candidate.name, visitors = NEW, isRight = isUser } = turns;
  return {
    name,
    inFlight: candidate.inFlight,
    async prepare() {
      const tokens = await tokensOf(candidate, size, visitors);
      const count = tokens.length;
      return {
        run: (i) => candidate.open(tokens[i % count]!),
        isRight: (answer, i) => isRight(answer, i % count),
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
      const payloads = payloadsFor(candidate, size, few());
      const count = payloads.length;
      return {
        run: (i) => candidate.seal(payloads[i % count]!),
        isRight: (answer, i) => holds(candidate, answer as string, payloads[i % count]!),
      };
    },
  };
}

/** Reading a session, giving it another role, and keeping it. */
export function changeTask(candidate: RequestCandidate, size: Size): Task {
  return {
    name: candidate.name,
    inFlight: candidate.inFlight,
    async prepare() {
      const tokens = await tokensOf(candidate, size, NEW);
      const count = tokens.length;
      return {
        run: (i) => candidate.change(tokens[i % count]!, `prefect ${i}`),
        isRight: (answer, i) =>
          holds(candidate, answer as string, { ...size.make(i % count), role: `prefect ${i}` }),
      };
    },
  };
}

/**
 * Cookies that must be refused.
 *
 * - forged: one character was changed.
 * - truncated: a quarter is missing at the end.
 * - foreign: another application's, by the same name.
 */
export type Bad = "forged" | "truncated" | "foreign";

const spoil: Readonly<Record<Bad, (cookie: string) => string>> = {
  forged: forge,
  truncated: (cookie) => cookie.slice(0, Math.floor(cookie.length * 0.75)),
  foreign: (cookie) => cookie,
};

/** Refusing. */
export function refuseTask(candidate: RequestCandidate, size: Size, bad: Bad): Task {
  return {
    name: refusal(candidate, bad),
    inFlight: candidate.inFlight,
    async prepare() {
      const payloads = payloadsFor(candidate, size, NEW);
      const seal = (data: Payload) =>
        bad === "foreign" ? candidate.sealElsewhere(data) : candidate.seal(data);
      const cookies = (await Promise.all(payloads.map(seal))).map(spoil[bad]);
      return {
        run: (i) => candidate.open(cookies[i % cookies.length]!),
        isRight: (answer) => answer === undefined,
      };
    },
  };
}

/** What the task of {@link refuseTask} is called. */
export function refusal(candidate: Candidate, bad: Bad): string {
  return `${candidate.name}, ${bad}`;
}

/** Tokens of a candidate's own, the first of which are known to give back what went in. */
export async function tokensOf(candidate: Candidate, size: Size, most: number = few()): Promise<string[]> {
  const payloads = payloadsFor(candidate, size, most);
  const tokens = await Promise.all(payloads.map((data) => candidate.seal(data)));
  for (const [i, token] of tokens.slice(0, few()).entries())
    if (!(await holds(candidate, token, payloads[i]!)))
      throw new Error(`the data of ${size.name} did not come back as they went in`);
  return tokens;
}

function payloadsFor(candidate: Candidate, size: Size, most: number): Payload[] {
  const count = candidate.slow === true ? few() : scaled(most, few());
  return Array.from({ length: count }, (_, i) => size.make(i));
}

async function holds(candidate: Candidate, token: string, data: object): Promise<boolean> {
  return isDeepStrictEqual({ ...((await candidate.read(token)) as object) }, data);
}

const PLAIN = /[A-Za-z0-9]{3}/g;

/** Changes one character in the middle, and leaves the form as it was. */
export function forge(token: string): string {
  PLAIN.lastIndex = token.length >> 1;
  const at = PLAIN.exec(token)!.index + 2;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
