import { createHash } from "node:crypto";
import { array, asyncProperty, check, constantFrom, scheduler, stringify, type Scheduler } from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createThrottle, type Limit } from "../../../src/auth/throttle.ts";
import { EMPTY, forgottenAt, giveBackTo, takeFrom, type Bucket } from "../../../src/auth/throttle/bucket.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { SessionStore } from "../../../src/stores/store.ts";
import { fakeClock } from "../../../src/testing/index.ts";
import {
  isLinearizable,
  type Operation,
  type SequentialModel,
} from "../../faults/support/linearizability.ts";

const LIMIT: Limit = { limit: 2, window: 60 };
const KEY = "account harry";
/** What is kept under the key. */
const ID = createHash("sha256").update(`throttle:${KEY}`).digest("base64url");
const WAITS = { "wait a little": 30_000, "wait for a month": 31 * 86_400_000 } as const;

const names = ["take", "give back", "clear", "sweep", "wait a little", "wait for a month"] as const;
type Name = (typeof names)[number];

interface State {
  readonly now: number;
  readonly bucket: Bucket;
  /** When it is forgotten. */
  readonly until: number;
}

/** What it all means when it happens one after another. The answer of an attempt is its `retryAfter`, 0 when it is allowed. */
const model: SequentialModel<State, Name, number> = {
  initial: { now: fakeClock().now(), bucket: EMPTY, until: 0 },
  next(state, name, output) {
    const { now, until } = state;
    const bucket = now < until ? state.bucket : EMPTY;
    if (name === "clear") return [{ now, bucket: EMPTY, until: 0 }];
    if (name === "sweep") return [state];
    if (name === "wait a little" || name === "wait for a month")
      return [{ ...state, now: now + WAITS[name] }];
    const outcome = (name === "take" ? takeFrom : giveBackTo)(bucket, LIMIT, now);
    if (output !== (outcome.retryAfter ?? 0)) return [];
    return outcome.bucket === bucket
      ? [state]
      : [{ now, bucket: outcome.bucket, until: forgottenAt(outcome.bucket, now) }];
  },
  keyOf: (state) => JSON.stringify(state),
};

/** The same store, its calls and answers in whatever order the scheduler wants. */
function slow(store: Required<SessionStore>, order: Scheduler): Required<SessionStore> {
  const delayed =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      await order.schedule(Promise.resolve(), name);
      // Both ways: what was refused is told as late as what was done.
      const answer = call(...args);
      await order.schedule(
        answer.then(
          () => undefined,
          () => undefined,
        ),
        `${name} answered`,
      );
      return answer;
    };
  return {
    ...store,
    find: delayed("find", store.find),
    insert: delayed("insert", store.insert),
    update: delayed("update", store.update),
    delete: delayed("delete", store.delete),
    deleteExpired: delayed("deleteExpired", store.deleteExpired),
  };
}

type Fault = (good: Required<SessionStore>) => Partial<SessionStore>;

/** What some processes do at once to one bucket, and then an attempt that shows what is left of it. */
async function history(
  order: Scheduler,
  processes: readonly (readonly Name[])[],
  fault: Fault,
): Promise<Operation<Name, number>[]> {
  const clock = fakeClock();
  const memory = memoryStore({ now: clock.now });
  const store = slow({ ...memory, ...fault(memory) }, order);
  const operations: Operation<Name, number>[] = [];
  let moment = 0;

  async function run(name: Name, throttle: ReturnType<typeof createThrottle>): Promise<void> {
    const start = moment++;
    let output = 0;
    if (name === "take") {
      const taken = await throttle.take(KEY, LIMIT);
      output = taken.allowed ? 0 : taken.retryAfter;
    } else if (name === "give back") await throttle.giveBack(KEY, LIMIT);
    else if (name === "clear") await throttle.clear(KEY);
    else if (name === "sweep") await memory.deleteExpired(10);
    else clock.advance(WAITS[name]);
    operations.push({ input: name, output, start, end: moment++ });
  }

  const all = Promise.all(
    processes.map(async (steps) => {
      const throttle = createThrottle({ store, now: clock.now });
      // The first two of a process at once, the others after them.
      await Promise.all(steps.slice(0, 2).map((step) => run(step, throttle)));
      for (const step of steps.slice(2)) await run(step, throttle);
    }),
  );
  await order.waitFor(all);
  const last = createThrottle({ store: memory, now: clock.now });
  for (let n = 0; n < 3; n++) await run("take", last);
  return operations;
}

function race(fault: Fault = () => ({})) {
  // Attempts are what matters most.
  const step = constantFrom(...names, "take" as const, "take" as const, "clear" as const);
  const processes = array(array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 });
  const property = asyncProperty(scheduler(), processes, async (order, steps) => {
    const operations = await history(order, steps, fault);
    if (!isLinearizable(model, operations)) throw new Error(JSON.stringify(operations));
  });
  return check(property, { numRuns: 3000, seed: 20_260_101 });
}

beforeEach(() => {
  // Who has lost to another process waits for a moment, which says nothing here.
  vi.stubGlobal("setTimeout", (callback: () => void) => queueMicrotask(callback));
});
afterEach(() => void vi.unstubAllGlobals());

describe("in any order of store calls", { timeout: 60_000 }, () => {
  test("attempts of several processes are counted as if they came one after another", async () => {
    const { failed, counterexample, errorInstance } = await race();
    expect(failed ? `${String(errorInstance)}\n${stringify(counterexample)}` : "").toBe("");
  });

  const faults: readonly { fault: string; broken: Fault }[] = [
    {
      fault: "an update that does not look at the version",
      broken: (good) => ({
        async update(record) {
          const found = await good.find(record.id);
          return found !== undefined && good.update(record, found.version);
        },
      }),
    },
    {
      fault: "an insert that replaces what is there",
      broken: (good) => ({
        async insert(record) {
          await good.delete(record.id);
          await good.insert(record);
        },
      }),
    },
    {
      fault: "a sweep that removes what lives",
      broken: (good) => ({
        async deleteExpired() {
          await good.delete(ID);
          return 1;
        },
      }),
    },
  ];
  test.each(faults)("$fault would be noticed", async ({ broken }) => {
    const { failed } = await race(broken);
    expect(failed).toBe(true);
  });
});
