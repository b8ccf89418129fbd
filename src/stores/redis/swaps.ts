import type { MaybePromise } from "../../core/maybe-promise.ts";
import { createBatcher } from "../batch.ts";
import type { SessionRecord } from "../store.ts";
import type { RedisConnection } from "./client.ts";
import { textOf } from "./record.ts";
import { updateRecords } from "./scripts.ts";

/** One record to be replaced. */
export interface Swap {
  readonly key: string;
  readonly record: SessionRecord;
  readonly expectedVersion: number;
  /** Of the entry that was added to the user's index for it, "" when none was. */
  readonly mark: string;
}

/**
 * How a swap went: `kept` says that the record is gone or changed, `unindexed` that it has to be indexed first.
 * When it is `done`, `before` is an entry of a user's index that has had its day.
 */
export type Swapped =
  | { readonly state: "kept" | "unindexed" }
  | { readonly state: "done"; readonly before?: { readonly user: string; readonly mark: string } };

/** What {@link createSwaps} needs. */
export interface SwapOptions {
  readonly connect: () => MaybePromise<RedisConnection>;
  readonly channel: string;
  readonly now: () => number;
  /** How long Redis keeps a record, in milliseconds. */
  readonly ttlOf: (record: SessionRecord) => number;
}

/**
 * Replaces records, those of one tick by one script: to call one costs Redis more than a record does, and its
 * file is written once. In a cluster, whose nodes refuse keys that are not neighbours, each goes by itself.
 */
export function createSwaps({ connect, channel, now, ttlOf }: SwapOptions): (swap: Swap) => Promise<Swapped> {
  /** Whether a plain client has turned out to be one of a cluster's node. */
  let isClusterNode = false;

  async function run(swaps: readonly Swap[]): Promise<string[]> {
    const args = [String(now()), channel];
    for (const { record, expectedVersion, mark } of swaps) {
      const { version, expiresAt, absoluteExpiresAt, user, body } = textOf(record);
      args.push(String(expectedVersion), String(ttlOf(record)), version, expiresAt, absoluteExpiresAt);
      args.push(mark, user, body, record.id);
    }
    return updateRecords(
      await connect(),
      swaps.map(({ key }) => key),
      args,
    );
  }

  const alone = async (swap: Swap): Promise<string> => (await run([swap]))[0]!;

  const together = createBatcher<Swap, string>({
    run: (swaps) =>
      run(swaps).catch((error: unknown) => {
        if (!isRefusedKeys(error)) throw error;
        isClusterNode = true;
        // It was refused before anything was done.
        return Promise.all(swaps.map(alone));
      }),
    keyOf: ({ key }) => key,
    maxItems: 64,
    // Redis does one while the other is written down here.
    maxRunning: 2,
    maxWaiting: 10_000,
    failsTogether: true,
  });

  return async (swap) => {
    const { kind } = await connect();
    return swapped(await (isClusterNode || kind === "cluster" ? alone(swap) : together(swap)));
  };
}

function isRefusedKeys(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("CROSSSLOT");
}

/** Reads what {@link updateRecords} says of one record. */
function swapped(answer: string): Swapped {
  if (answer === "1") return { state: "done" };
  if (answer === "0") return { state: "kept" };
  if (answer === "2") return { state: "unindexed" };
  // Of this record alone: the others of its script were replaced or not as their answers say.
  if (answer.startsWith("-")) throw new Error(answer.slice(1));
  const [, user = "", mark = ""] = answer.split("\n");
  return { state: "done", before: { user, mark } };
}
