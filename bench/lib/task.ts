import { setImmediate } from "node:timers/promises";
import type { MaybePromise } from "../candidates/candidate.ts";

/** One thing that is measured. */
export interface Task {
  readonly name: string;
  readonly inFlight: number;
  /** Makes what it needs, tokens for example. */
  readonly prepare: () => Promise<Operation>;
}

/** What is done over and over. */
export interface Operation {
  /** `i` counts up as long as the process lives, so that inputs come around in their order. */
  readonly run: (i: number) => MaybePromise<unknown>;
  /** Whether an answer is right. Asked outside of the measured time. */
  readonly isRight: (answer: unknown, i: number) => MaybePromise<boolean>;
  /** Closes what it has opened. */
  readonly end?: () => Promise<unknown>;
}

/** What some operations took, in milliseconds. */
export interface Spent {
  /** Processor time of the whole process, its other threads included. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Inputs that a check goes through, at least. */
const CHECKED = 8;

/** Operations after which the event loop turns at least once, as a server's does: timers live on it. */
const TURN = 1024;

/** Does some operations, as many at once as later on. @throws when any answer is wrong. */
export async function check(operation: Operation, inFlight: number): Promise<void> {
  for (let first = 0; first < CHECKED; first += inFlight) {
    const answers = await Promise.all(Array.from({ length: inFlight }, (_, n) => operation.run(first + n)));
    for (const [n, answer] of answers.entries()) await checkOne(operation, answer, first + n);
  }
}

/** Which operations to do: `count` of them, from the number `first` on. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Does an operation so many times. @throws when the last answer is wrong. */
export async function batch(operation: Operation, stretch: Stretch, inFlight: number): Promise<Spent> {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  const last =
    inFlight === 1 ? await inTurn(operation, stretch) : await abreast(operation, stretch, inFlight);
  const wallMs = performance.now() - wallBefore;
  const { user, system } = process.cpuUsage(cpuBefore);
  await checkOne(operation, last, stretch.first + stretch.count - 1);
  return { cpuMs: (user + system) / 1000, wallMs };
}

async function inTurn({ run }: Operation, { first, count }: Stretch): Promise<unknown> {
  let answer: unknown;
  for (let i = first; i < first + count; i++) {
    answer = run(i);
    // What answers at once is not made to wait.
    if (answer instanceof Promise) answer = await answer;
    if (i % TURN === 0) await setImmediate();
  }
  return answer;
}

async function abreast({ run }: Operation, { first, count }: Stretch, inFlight: number): Promise<unknown> {
  const end = first + count;
  let next = first;
  let last: unknown;
  let turn: Promise<void> | undefined;
  const worker = async (): Promise<void> => {
    while (next < end) {
      const i = next++;
      if (i % TURN === 0) turn = setImmediate();
      // All of them, as one that goes on holds up the event loop.
      if (turn !== undefined) await turn;
      turn = undefined;
      const answer = await run(i);
      if (i === end - 1) last = answer;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return last;
}

async function checkOne(operation: Operation, answer: unknown, i: number): Promise<void> {
  if (!(await operation.isRight(answer, i))) throw new Error(`a wrong answer to operation ${i}`);
}
