const MAX_WAITING = 10_000;

/** Options of {@link createBatcher}. */
export interface BatchOptions<Item, Result, Answer = Result> {
  /** Does the work of one batch. @returns one answer for each item, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** What an item's answer means; an error is that item's alone. @default the answer is the result */
  readonly read?: (answer: Answer, item: Item) => Result;
  /** What an item is about. Of two items with one key the second starts when the first is done. */
  readonly keyOf: (item: Item) => string;
  /** Most items of a batch. */
  readonly maxItems: number;
  /** Most batches under way at once. */
  readonly maxRunning: number;
  /** As many waiting items make a batch worth while that is under way beside another. @default maxItems */
  readonly worthSplitting?: number;
  /** Whether waiting items with one key are one item, as two lookups are and two writes are not. @default false */
  readonly share?: boolean;
  /** Most items that wait; one more is rejected, so that a silent server costs no memory. @default 10000 */
  readonly maxWaiting?: number;
  /** Whether what waits is rejected with a batch, as a client does with its queue. @default false */
  readonly failsTogether?: boolean;
  /** Whether an error is one item's own fault, so that the items have to be run one by one. @default never */
  readonly isItemFault?: (error: unknown) => boolean;
}

/** What was asked for, from then until it is done. */
class Entry<Item, Result> {
  readonly item: Item;
  readonly promise: Promise<Result>;
  resolve!: (result: Result) => void;
  reject!: (error: unknown) => void;
  isStarted = false;
  /** The next of its key, which starts when this one is done. */
  next: Entry<Item, Result> | undefined;

  constructor(item: Item) {
    this.item = item;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/**
 * Gathers what is asked for in one tick of the event loop and has it done at once: one query for many
 * lookups, one commit for many writes. A lone item waits for nothing. An item that joins a batch was asked
 * for before the batch starts, so it never gets an answer that is older than its question.
 */
export function createBatcher<Item, Result, Answer = Result>(
  options: BatchOptions<Item, Result, Answer>,
): (item: Item) => Promise<Result> {
  const { run, keyOf, maxItems, maxRunning, share = false, isItemFault = () => false } = options;
  const { worthSplitting = maxItems, maxWaiting = MAX_WAITING, failsTogether = false } = options;
  const { read = (answer: Answer) => answer as unknown as Result } = options;
  /** The last entry of each key that is not done. */
  const last = new Map<string, Entry<Item, Result>>();
  /** Those that may start: the first of their keys. */
  const waiting: Entry<Item, Result>[] = [];
  /** Of all keys, also those that may not start yet. */
  let count = 0;
  let running = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || waiting.length === 0 || running >= maxRunning) return;
    scheduled = true;
    // After the I/O of this tick: microtasks would gather what one socket brought, and no more.
    setImmediate(() => {
      scheduled = false;
      while (waiting.length > 0 && running < maxRunning) void start(take());
    });
  }

  /** The next batch, in the order of asking. */
  function take(): Entry<Item, Result>[] {
    const parts = Math.max(1, Math.min(maxRunning - running, Math.floor(waiting.length / worthSplitting)));
    const size = Math.min(maxItems, Math.ceil(waiting.length / parts));
    return waiting.splice(0, size);
  }

  async function start(batch: readonly Entry<Item, Result>[]): Promise<void> {
    running++;
    count -= batch.length;
    for (const entry of batch) entry.isStarted = true;
    try {
      const answers = await run(batch.map(({ item }) => item));
      for (let n = 0; n < batch.length; n++) settle(batch[n]!, answers[n]!);
    } catch (error) {
      if (batch.length > 1 && isItemFault(error)) await runAlone(batch).catch((other) => fail(batch, other));
      else fail(batch, error);
    } finally {
      running--;
      for (const entry of batch) finish(entry);
      schedule();
    }
  }

  /** One by one. @throws the first error that is no item's own: it would be the others' as well, each after its time. */
  async function runAlone(batch: readonly Entry<Item, Result>[]): Promise<void> {
    for (const entry of batch)
      try {
        const [answer] = await run([entry.item]);
        settle(entry, answer!);
      } catch (error) {
        if (!isItemFault(error)) throw error;
        entry.reject(error);
      }
  }

  /** Rejects those that are not settled, and what waits where it fails with them. */
  function fail(batch: readonly Entry<Item, Result>[], error: unknown): void {
    for (const entry of batch) entry.reject(error);
    if (failsTogether) failAll(batch, error);
  }

  function settle(entry: Entry<Item, Result>, answer: Answer): void {
    try {
      entry.resolve(read(answer, entry.item));
    } catch (error) {
      entry.reject(error);
    }
  }

  /** Makes way for the next of its key. */
  function finish(entry: Entry<Item, Result>): void {
    if (entry.next !== undefined) waiting.push(entry.next);
    else last.delete(keyOf(entry.item));
  }

  /** Rejects what waits: for the next batch, or for an item of this one. */
  function failAll(batch: readonly Entry<Item, Result>[], error: unknown): void {
    const firsts = waiting.splice(0);
    for (const first of [...batch, ...firsts]) {
      for (let entry = first.isStarted ? first.next : first; entry !== undefined; entry = entry.next) {
        count--;
        entry.reject(error);
      }
      first.next = undefined;
    }
    for (const first of firsts) finish(first);
  }

  return (item) => {
    const key = keyOf(item);
    const before = last.get(key);
    if (share && before !== undefined && !before.isStarted) return before.promise;
    if (count >= maxWaiting) return Promise.reject(new Error("Too much waits for the store."));
    const entry = new Entry<Item, Result>(item);
    count++;
    last.set(key, entry);
    if (before === undefined) {
      waiting.push(entry);
      schedule();
    } else before.next = entry;
    return entry.promise;
  };
}
