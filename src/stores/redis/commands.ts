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
/** Batches that are under way at once: so many that a Redis 50 ms away still answers 20,000 records a second. */
const MAX_RUNNING = 16;

/** More than a busy server has under way, and little memory. */
const MAX_WAITING = 10_000;

/** What is done with the keys of records; see the scripts of the same names for what is asked and answered. */
export interface RecordCommands {
  /** @returns what the key holds. */
  read(key: string): Promise<string | undefined>;
  insert(call: RecordCall): Promise<string[]>;
  update(call: RecordCall): Promise<string[]>;
  delete(call: RecordCall): Promise<string[]>;
}

/**
 * Gathers what one tick of the event loop asks for into one command: a client takes as long for each command and its answer as
 * Redis takes for several.
 *
 * @param isCluster - There a command has one key, and one node must not keep the answers of the others waiting.
 */
export function createRecordCommands(
  connect: () => Promise<RedisConnection>,
  isCluster: boolean,
): RecordCommands {
  function batched<Item, Answer>(
    run: (items: readonly Item[]) => Promise<readonly (Answer | Error)[]>,
    keyOf: (item: Item) => string,
    share: boolean,
  ): (item: Item) => Promise<Answer> {
    if (!isCluster)
      return createBatcher<Item, Answer>({
        run,
        keyOf,
        share,
        maxItems: MAX_ITEMS,
        maxRunning: MAX_RUNNING,
        maxWaiting: MAX_WAITING,
      });
    return async (item) => {
      const [answer] = await run([item]);
      if (answer instanceof Error) throw answer;
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
    if (connection.kind !== "node") {
      const answers = await readRecords(
        connection,
        keys.map((key) => ({ key, args: [] })),
      );
      return answers.map((answer) => (answer instanceof Error ? answer : answer[0]));
    }
    const { client } = connection;
    const texts = keys.length === 1 ? [await client.get(keys[0]!)] : await client.mGet([...keys]);
    return (texts as (Text | null)[]).map((text) => text?.toString());
  }

  return {
    read: batched<string, string | undefined>(read, (key) => key, true),
    insert: scripted(insertRecords),
    update: scripted(updateRecords),
    delete: scripted(deleteRecords),
  };
}
