import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { SessionRecord } from "../store.ts";
import type { RedisConnection } from "./client.ts";
import { knownMark, NO_MARK, textOf, userText } from "./record.ts";
import { updateRecords } from "./scripts.ts";
import { createTogether } from "./together.ts";

/** Index of the last octet that is needed to take a record apart, as long as its user has no long name. */
const HEAD_END = "159";
/** The same behind what a record begins with: a number has at most 24 characters, and a blank follows. */
const NUMBER_END = 24;

/** One record to be replaced. */
export interface Swap {
  readonly key: string;
  readonly record: SessionRecord;
  readonly expectedVersion: number;
  /** Of the entry that was added to the user's index for it, "" when none was. */
  readonly mark: string;
}

/**
 * How a swap went: `conflict` says that the record is gone or changed, `unindexed` that it has to be indexed first.
 * When it is `done`, `before` is an entry of a user's index that has had its day.
 */
export type Swapped =
  | { readonly state: "conflict" | "unindexed" }
  | { readonly state: "done"; readonly before?: { readonly user: string; readonly mark: string } };

/** What {@link createSwaps} needs. */
export interface SwapOptions {
  readonly connect: () => MaybePromise<RedisConnection>;
  readonly channel: string;
  readonly now: () => number;
  /** How long Redis keeps a record, in milliseconds. */
  readonly ttlOf: (record: SessionRecord) => number;
}

/** Replaces records: see {@link createTogether}. */
export function createSwaps({ connect, channel, now, ttlOf }: SwapOptions): (swap: Swap) => Promise<Swapped> {
  return createTogether({
    connect,
    read: swapped,
    keyOf: ({ key }) => key,
    run(connection, swaps: readonly Swap[]) {
      const moment = now();
      const args = [String(moment), channel];
      for (const swap of swaps) args.push(...argsOf(swap, moment, ttlOf));
      const keys = swaps.map(({ key }) => key);
      return updateRecords(connection, keys, args);
    },
  });
}

/** What {@link updateRecords} is told of one record. */
function argsOf(
  { record, expectedVersion, mark }: Swap,
  moment: number,
  ttlOf: SwapOptions["ttlOf"],
): readonly string[] {
  const { id, version, userId } = record;
  const expected = String(expectedVersion);
  if (record.expiresAt <= moment) return ["", HEAD_END, expected, "0", "", id];
  const [ttl, told] = [String(ttlOf(record)), `${id} ${version}`];
  const known = mark === "" ? knownMark(record) : "";
  if (known === "") {
    const own = userId === undefined ? NO_MARK : mark;
    return ["", HEAD_END, expected, ttl, textOf(record, own), told];
  }
  const begins = `${userText(userId)}\n${known} ${expected} `;
  const end = String(Buffer.byteLength(begins) + NUMBER_END);
  return [begins, end, expected, ttl, textOf(record, known), told];
}

/** Reads what {@link updateRecords} says of one record. */
function swapped(answer: string): Swapped {
  if (answer === "1") return { state: "done" };
  if (answer === "0") return { state: "conflict" };
  if (answer === "2") return { state: "unindexed" };
  // Of this record alone: the others of its script were replaced or not as their answers say.
  if (answer.startsWith("-")) throw new Error(answer.slice(1));
  const [, user = "", mark = ""] = answer.split("\n");
  return { state: "done", before: { user, mark } };
}
