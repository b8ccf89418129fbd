import { isPromise, type MaybePromise } from "../../core/maybe-promise.ts";
import { createBatcher } from "../batch.ts";
import type { RedisConnection } from "./client.ts";

/** Options of {@link createTogether}. */
export interface TogetherOptions<Item, Result, Answer> {
  readonly connect: () => MaybePromise<RedisConnection>;
  /** Has one command do it for all of these. @returns one answer for each, in their order. */
  readonly run: (connection: RedisConnection, items: readonly Item[]) => Promise<readonly Answer[]>;
  /** What an item's answer means; an error is that item's alone. */
  readonly read: (answer: Answer, item: Item) => Result;
  /** The key of Redis that an item is about. */
  readonly keyOf: (item: Item) => string;
  /** Whether two items with one key that wait are one. @default false */
  readonly share?: boolean;
}

/**
 * Has one command do what is asked for in one tick: to send one, and to tell who asked, costs this process and Redis
 * more than what it does for one key. In a cluster, whose nodes refuse keys that are not neighbours, each item has a
 * command of its own, and waits for nobody else's.
 */
export function createTogether<Item, Result, Answer>({
  connect,
  run,
  read,
  keyOf,
  share = false,
}: TogetherOptions<Item, Result, Answer>): (item: Item) => Promise<Result> {
  /** Whether a plain client has turned out to be one of a cluster's node. */
  let isClusterNode = false;

  async function alone(connection: RedisConnection, item: Item): Promise<Result> {
    const [answer] = await run(connection, [item]);
    return read(answer!, item);
  }

  const together = createBatcher({
    run: async (items: readonly Item[]) =>
      run(await connect(), items).catch((error: unknown) => {
        isClusterNode ||= isRefusedKeys(error);
        throw error;
      }),
    read,
    // It was refused before anything was done.
    isItemFault: isRefusedKeys,
    keyOf,
    share,
    maxItems: 64,
    // Enough for nobody to wait for an answer to others, as long as Redis is not what all are waiting for.
    maxRunning: 8,
    failsTogether: true,
  });

  const ask = (connection: RedisConnection, item: Item): Promise<Result> =>
    isClusterNode || connection.kind === "cluster" ? alone(connection, item) : together(item);

  return (item) => {
    try {
      // Also by who only joins others: it is where a connection is found to be dead.
      const connection = connect();
      return isPromise(connection) ? connection.then((late) => ask(late, item)) : ask(connection, item);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

function isRefusedKeys(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("CROSSSLOT");
}
