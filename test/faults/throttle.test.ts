import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNode, type TestNode } from "../support/nodes.ts";
import { startDatabase, type Database, type StoreKind } from "./support/cluster.ts";
import { send } from "./support/http.ts";
import { ms, report, scale } from "./support/scale.ts";
import type { Answers, ThrottleNodeConfig } from "./throttle-node.ts";

const NODES = 4;
const KEYS = scale(4, 100);
const GUESSES = scale(250, 1000);
const STORM_MS = 300_000;
/** A refill takes longer than any storm. */
const LIMIT = { limit: 10, window: 86_400 };
const DAY = 86_400_000;
const KINDS: readonly StoreKind[] = ["sqlite", "postgres", "redis"];

/** On every other node, so that those with and without a cache meet. */
const CACHE: ThrottleNodeConfig["cache"] = { maxAge: 2, timeout: 30 };

describe.each(KINDS)("attempts on 4 nodes over %s, two of which have a cache,", (kind) => {
  let database: Database;
  let nodes: readonly TestNode[];
  const start = (config: Omit<ThrottleNodeConfig, "store">): Promise<TestNode> =>
    startNode(new URL("throttle-node.ts", import.meta.url), { store: database.config, ...config });

  beforeAll(async () => {
    database = await startDatabase(kind);
    nodes = await Promise.all(
      Array.from({ length: NODES }, (_, n) => start(n % 2 === 0 ? {} : { cache: CACHE })),
    );
  });

  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await database.stop();
  });

  /** Asks every node at once to do something so many times. @returns how often each answer was given. */
  async function storm(route: string, key: string, times: number, on = nodes): Promise<Answers> {
    const query = new URLSearchParams({
      key,
      times: String(times),
      limit: String(LIMIT.limit),
      window: String(LIMIT.window),
    });
    const all = await Promise.all(
      on.map((node) => send(node, `/${route}?${query.toString()}`, undefined, STORM_MS)),
    );
    const sum: Record<string, number> = {};
    for (const { status, reply } of all)
      for (const [answer, count] of Object.entries(reply.answers ?? { [`storm ${status}`]: 1 }))
        sum[answer] = (sum[answer] ?? 0) + count;
    return sum;
  }

  const exactly = (allowed: number, times: number): Answers => ({
    allowed,
    refused: NODES * times - allowed,
  });

  it("are allowed exactly up to the limit", async ({ task }) => {
    const begin = performance.now();
    for (let n = 0; n < KEYS; n++)
      expect(await storm("take", `account ${n}`, GUESSES)).toEqual(exactly(LIMIT.limit, GUESSES));
    const took = (performance.now() - begin) / KEYS;
    report(
      task,
      `${kind}: ${KEYS} times ${NODES} x ${GUESSES} parallel attempts, exactly ${LIMIT.limit} allowed each time, in ${ms(took)}`,
    );
    expect(await storm("take", "account 0", 1)).toEqual({ refused: NODES });
  });

  it("are allowed as often again as they were given back", async () => {
    for (let n = 0; n < KEYS; n++) {
      expect(await storm("take", `given ${n}`, 5)).toEqual(exactly(LIMIT.limit, 5));
      expect(await storm("give-back", `given ${n}`, 2)).toEqual({ done: 2 * NODES });
      expect(await storm("take", `given ${n}`, 5)).toEqual(exactly(2 * NODES, 5));
    }
  });

  it("are allowed up to the limit again after the bucket was cleared", async () => {
    for (let n = 0; n < KEYS; n++) {
      expect(await storm("take", `cleared ${n}`, 5)).toEqual(exactly(LIMIT.limit, 5));
      expect(await storm("clear", `cleared ${n}`, 1)).toEqual({ done: NODES });
      // A node with a cache may refuse for a moment longer; the others together have attempts enough.
      expect(await storm("take", `cleared ${n}`, 5)).toEqual(exactly(LIMIT.limit, 5));
    }
  });

  it("are allowed exactly up to the limit where an expired record is in the way", async () => {
    const past = await start({ ahead: -12 * DAY });
    try {
      for (let n = 0; n < KEYS; n++) {
        expect(await storm("take", `expired ${n}`, 20, [past])).toEqual({ allowed: 10, refused: 10 });
        expect(await storm("take", `expired ${n}`, 5)).toEqual(exactly(LIMIT.limit, 5));
      }
    } finally {
      await past.kill();
    }
  });
});
