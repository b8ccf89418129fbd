/** Options of {@link createBatcher}. */
export interface BatchOptions<Item, Result> {
  /** Does the work of one batch. @returns one result for each item, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
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
  /** Most items that wait; one more is rejected, so that a silent server costs no memory. @default Infinity */
  readonly maxWaiting?: number;
  /** Whether what waits is rejected with a batch, as a client does with its queue. @default false */
  readonly failsTogether?: boolean;
  /** Whether an error is one item's own fault, so that the items have to be run one by one. @default never */
  readonly isItemFault?: (error: unknown) => boolean;
}

interface Entry<Item, Result> {
  readonly key: string;
  readonly item: Item;
  readonly promise: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what is asked for in one tick of the event loop and has it done at once: one query for many
 * lookups, one commit for many writes. A lone item waits for nothing. An item that joins a batch was asked
 * for before the batch starts, so it never gets an answer that is older than its question.
 */
export function createBatcher<Item, Result>(
  options: BatchOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { run, keyOf, maxItems, maxRunning, share = false, isItemFault = () => false } = options;
  const { worthSplitting = maxItems, maxWaiting = Infinity, failsTogether = false } = options;
  let waiting: Entry<Item, Result>[] = [];
  const shared = new Map<string, Entry<Item, Result>>();
  const underWay = new Set<string>();
  let running = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || waiting.length === 0 || running >= maxRunning) return;
    scheduled = true;
    // After the I/O of this tick: microtasks would gather what one socket brought, and no more.
    setImmediate(() => {
      scheduled = false;
      for (let batch = take(); batch.length > 0; batch = take()) void start(batch);
    });
  }

  /** The next batch, in the order of asking, without what has to wait for its key. */
  function take(): Entry<Item, Result>[] {
    const batch: Entry<Item, Result>[] = [];
    if (running >= maxRunning) return batch;
    const parts = Math.max(1, Math.min(maxRunning - running, Math.floor(waiting.length / worthSplitting)));
    const size = Math.min(maxItems, Math.ceil(waiting.length / parts));
    const left: Entry<Item, Result>[] = [];
    for (const entry of waiting) {
      if (batch.length === size || underWay.has(entry.key)) left.push(entry);
      else {
        batch.push(entry);
        underWay.add(entry.key);
        shared.delete(entry.key);
      }
    }
    waiting = left;
    return batch;
  }

  function takeAll(): Entry<Item, Result>[] {
    shared.clear();
    return waiting.splice(0);
  }

  async function start(batch: readonly Entry<Item, Result>[]): Promise<void> {
    running++;
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [n, entry] of batch.entries()) entry.resolve(results[n]!);
    } catch (error) {
      if (batch.length > 1 && isItemFault(error))
        for (const entry of batch) await run([entry.item]).then(([r]) => entry.resolve(r!), entry.reject);
      else for (const entry of failsTogether ? batch.concat(takeAll()) : batch) entry.reject(error);
    } finally {
      running--;
      for (const { key } of batch) underWay.delete(key);
      schedule();
    }
  }

  return (item) => {
    const key = keyOf(item);
    const same = share ? shared.get(key) : undefined;
    if (same !== undefined) return same.promise;
    if (waiting.length >= maxWaiting) return Promise.reject(new Error("Too much waits for the store."));
    const entry = { key, item, ...Promise.withResolvers<Result>() };
    waiting.push(entry);
    if (share) shared.set(key, entry);
    schedule();
    return entry.promise;
  };
}
