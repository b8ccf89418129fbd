import { createBatcher } from "../batch.ts";
import type { RedisConnection, Text } from "./client.ts";
import {
  deleteRecords,
  insertRecords,
  readRecords,
  updateRecords,
  type RecordCall,
  type RecordScript,
} from "./scripts.ts";

/** Most records of a batch: a script of so many keeps Redis from others for less than a millisecond. */
const MAX_ITEMS = 64;
/** Batches of a kind that are under way at once: so many that a Redis 50 ms away still answers 20,000 records a second. */
const MAX_RUNNING = 16;

/** What is done with the keys of records; see the scripts of the same names for what is asked and answered. */
export interface RecordCommands {
  /** @returns what the key holds. */
  read(key: string): Promise<string | undefined>;
  insert(call: RecordCall): Promise<string[]>;
  update(call: RecordCall): Promise<string[]>;
  delete(call: RecordCall): Promise<string[]>;
}

interface RecordCommandsOptions {
  readonly connect: () => Promise<RedisConnection>;
  /** There a command has one key, and one node must not keep the answers of the others waiting. */
  readonly isCluster: boolean;
  /** Most calls of a kind that may wait for their turn. */
  readonly maxWaiting: number;
}

/**
 * Gathers what one tick of the event loop asks for into one command: a client takes as long for each command and its answer as
 * Redis takes for several. Calls of two kinds that are under way together may be done in either order.
 */
export function createRecordCommands(options: RecordCommandsOptions): RecordCommands {
  const { connect, maxWaiting } = options;
  let oneByOne = options.isCluster;

  function batched<Item, Answer>(
    run: (items: readonly Item[]) => Promise<readonly (Answer | Error)[]>,
    keyOf: (item: Item) => string,
    share: boolean,
  ): (item: Item) => Promise<Answer> {
    const together = createBatcher<Item, Answer>({
      async run(items) {
        try {
          return await run(items);
        } catch (error) {
          oneByOne ||= isCrossSlot(error);
          throw error;
        }
      },
      keyOf,
      share,
      maxItems: MAX_ITEMS,
      maxRunning: MAX_RUNNING,
      maxWaiting,
      isItemFault: isCrossSlot,
    });
    return async (item) => {
      if (!oneByOne) return together(item);
      const [answer] = await run([item]);
      return answer as Answer;
    };
  }

  const scripted = (script: RecordScript) =>
    batched<RecordCall, string[]>(
      async (calls) => script(await connect(), calls),
      ({ key }) => key,
      false,
    );

  async function read(keys: readonly string[]): Promise<readonly (string | undefined | Error)[]> {
    const connection = await connect();
    if (connection.kind === "node") {
      const texts = (await connection.client.mGet([...keys])) as (Text | null)[];
      return texts.map((text) => text?.toString());
    }
    const answers = await readRecords(
      connection,
      keys.map((key) => ({ key, args: [] })),
    );
    return answers.map((answer) => (answer instanceof Error ? answer : answer[0]));
  }

  return {
    read: batched<string, string | undefined>(read, (key) => key, true),
    insert: scripted(insertRecords),
    update: scripted(updateRecords),
    delete: scripted(deleteRecords),
  };
}

/** Of a node of a cluster, or a proxy before one, behind a client that knows nothing of it: what has one key works there. */
function isCrossSlot(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("CROSSSLOT");
}
