import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { RedisOptions } from "../support/redis.ts";
import { until } from "../support/processes.ts";
import { Books } from "./support/books.ts";
import { startCluster, type Cluster, type StoreKind } from "./support/cluster.ts";
import { send } from "./support/http.ts";
import { below, oneOf, report, scale } from "./support/scale.ts";

const KILLS = scale(2, 100);
const VISITORS = 8;
/** Longest time between two kills. */
const PAUSE_MS = 200;

interface Given {
  readonly name: string;
  readonly kind: StoreKind;
  readonly redis?: RedisOptions;
  /** Milliseconds before a kill of the database of which it may take back what was acknowledged. @default 0 */
  readonly mayLoseMs?: number;
}

it.for<Given>([
  { name: "SQLite", kind: "sqlite" },
  { name: "PostgreSQL", kind: "postgres" },
  { name: "Redis, appendfsync always", kind: "redis", redis: { appendonly: "always" } },
  // While it waits for the disk, Redis puts off even handing the file to the system, for two seconds at most.
  { name: "Redis, appendfsync everysec", kind: "redis", redis: { appendonly: "everysec" }, mayLoseMs: 2500 },
])(
  "no kill takes back what was acknowledged: $name",
  async ({ name, kind, redis, mayLoseMs = 0 }, { task }) => {
    const cluster = await startCluster(kind, { size: 2, ...(redis && { redis }) });
    try {
      const books = new Books(cluster.nodes);
      books.start(VISITORS);
      const databaseKills: number[] = [];
      const killDatabase: typeof killNode = async ({ database }) => {
        databaseKills.push(performance.now());
        await database.server!.kill();
        await database.server!.start();
      };
      const victims = cluster.database.server === undefined ? [killNode] : [killNode, killDatabase];
      for (let n = 0; n < KILLS * victims.length; n++) {
        await delay(below(PAUSE_MS));
        await victims[n % victims.length]!(cluster);
        await everyNodeServes(cluster);
      }
      await books.stop();
      await books.audit();
      const { logins, ended, acknowledged, unanswered, contradictions } = books;
      report(
        task,
        `${name}: ${KILLS} kills each of ${victims.length === 1 ? "the application" : "application and database"}: ` +
          `${acknowledged} operations acknowledged (${logins} logins, ${ended} ends), ${unanswered} without an answer, ` +
          `${contradictions.length} sessions not as acknowledged`,
      );
      const unexcused = contradictions.filter(
        ({ acknowledgedAt }) =>
          !databaseKills.some((kill) => kill > acknowledgedAt && kill - acknowledgedAt < mayLoseMs),
      );
      expect(unexcused).toEqual([]);
      expect(unanswered).toBeGreaterThan(0);
    } finally {
      await cluster.stop();
    }
  },
);

async function killNode({ nodes }: Cluster): Promise<void> {
  const node = oneOf(nodes);
  await node.kill();
  await node.start();
}

/** So that every kill hits a cluster at work. */
async function everyNodeServes({ nodes }: Cluster): Promise<void> {
  for (const node of nodes)
    await until(
      "a node answers from its store",
      async () => (await send(node, "/list?user=nobody")).status === 200,
    );
}
