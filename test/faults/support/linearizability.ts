/** One call of a client, and what became of it. */
export interface Operation<Input, Output> {
  readonly input: Input;
  /** What was answered; `undefined` when nobody knows whether it took effect, or ever will. */
  readonly output: Output | undefined;
  /** When it was sent and when its answer was there, on one clock that never jumps. */
  readonly start: number;
  readonly end: number;
}

/** What the operations mean when they happen one after another. */
export interface SequentialModel<State, Input, Output> {
  readonly initial: State;
  /**
   * The states that an operation may lead to; none when it cannot have this output in this state. Without an
   * output it is one whose answer nobody knows.
   */
  next(state: State, input: Input, output: Output | undefined): readonly State[];
  /** Two states with one key are the same state. */
  keyOf(state: State): string;
}

/** More would make the search too long to be worth waiting for: a history that is too long is a fault of the test. */
const MAX_STEPS = 2_000_000;

/**
 * Looks for an order in which the operations could have happened one after another, each at some moment
 * between its start and its end (Wing and Gong), and visits no combination of operations done and state twice (Lowe). An
 * operation with an unknown outcome may have happened at any moment after its start, or never.
 *
 * @returns whether there is one.
 * @see Wing and Gong, Testing and verifying concurrent objects (1993); Lowe, Testing for linearizability (2017)
 */
export function isLinearizable<State, Input, Output>(
  model: SequentialModel<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
): boolean {
  const operations = history.toSorted((a, b) => a.start - b.start);
  const known = operations.filter(({ output }) => output !== undefined).length;
  const seen = new Set<string>();
  let steps = 0;

  /** Goes on from where the operations in `done` have happened, all before `first` among them. */
  function search(state: State, done: readonly boolean[], first: number, left: number): boolean {
    if (left === 0) return true;
    if (++steps > MAX_STEPS) throw new Error(`No answer after ${MAX_STEPS} steps for ${known} operations.`);
    const key = `${first}:${done.slice(first).map(Number).join("")}:${model.keyOf(state)}`;
    if (seen.has(key)) return false;
    seen.add(key);

    // What starts after another one has ended, that has not happened yet, cannot be next.
    let earliestEnd = Infinity;
    for (let n = first; n < operations.length && operations[n]!.start <= earliestEnd; n++) {
      const { input, output, end } = operations[n]!;
      if (done[n] === true) continue;
      if (output !== undefined) earliestEnd = Math.min(earliestEnd, end);
      const after = done.with(n, true);
      let start = first;
      while (after[start] === true) start++;
      for (const next of model.next(state, input, output))
        if (search(next, after, start, output === undefined ? left : left - 1)) return true;
    }
    return false;
  }

  return search(
    model.initial,
    operations.map(() => false),
    0,
    known,
  );
}
