interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Has what is asked of one key done in turns: what comes while a turn is under way waits for it to end, and
 * is done together then. Nothing is known of a key after its last turn.
 *
 * @param run - Answers every item of a turn, in their order.
 */
export function createTurns<Item, Answer>(
  run: (key: string, items: readonly Item[]) => Promise<readonly Answer[]>,
): (key: string, item: Item) => Promise<Answer> {
  const queues = new Map<string, Waiting<Item, Answer>[]>();

  async function work(key: string, queue: Waiting<Item, Answer>[]): Promise<void> {
    while (queue.length > 0) {
      const turn = queue.splice(0);
      try {
        const answers = await run(
          key,
          turn.map(({ item }) => item),
        );
        for (const [n, { resolve }] of turn.entries()) resolve(answers[n]!);
      } catch (error) {
        for (const { reject } of turn) reject(error);
      }
    }
    queues.delete(key);
  }

  return (key, item) =>
    new Promise((resolve, reject) => {
      const waiting = { item, resolve, reject };
      const queue = queues.get(key);
      if (queue === undefined) {
        const started = [waiting];
        queues.set(key, started);
        void work(key, started);
      } else queue.push(waiting);
    });
}
