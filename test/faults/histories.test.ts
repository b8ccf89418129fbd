import { expect, it } from "vitest";
import { startCluster, type StoreKind } from "./support/cluster.ts";
import { Faults } from "./support/faults.ts";
import { record, type History } from "./support/history.ts";
import { isLinearizable } from "./support/linearizability.ts";
import { inParallel } from "./support/parallel.ts";
import { report, scale } from "./support/scale.ts";
import { sessionModel } from "./support/session-model.ts";

const OPERATIONS = scale(800, 100_000);
const SESSIONS_AT_ONCE = 8;
const PAUSE_MS = scale(300, 2000);
const KINDS: readonly StoreKind[] = ["sqlite", "postgres", "redis"];

it.for(KINDS)(
  "every history of a session under faults is one that could have happened in order: %s",
  async (kind, { task }) => {
    const cluster = await startCluster(kind, { redis: { appendonly: "always" } });
    try {
      const faults = new Faults(cluster);
      faults.start(PAUSE_MS);
      const histories: History[] = [];
      let operations = 0;
      await inParallel(
        () => operations < OPERATIONS,
        SESSIONS_AT_ONCE,
        async (n) => {
          const history = await record(cluster.nodes, `user${n}`);
          if (history === undefined) return;
          histories.push(history);
          operations += history.operations.length;
        },
      );
      await faults.stop();

      const unknown = histories
        .flatMap((history) => history.operations)
        .filter(({ output }) => output === undefined);
      const wrong = histories.filter(
        ({ token, operations: all }) => !isLinearizable(sessionModel(token), all),
      );
      report(
        task,
        `${kind}: ${operations} operations on ${histories.length} sessions, ${unknown.length} without an answer; ` +
          `${Object.entries(faults.counts)
            .map(([name, count]) => `${count} x ${name}`)
            .join(", ")}: ` +
          `${wrong.length} histories not linearizable`,
      );
      expect(wrong.map(explain)).toEqual([]);
      expect(operations - unknown.length).toBeGreaterThan(OPERATIONS / 2);
    } finally {
      await cluster.stop();
    }
  },
);

/** A history in the order of its starts, to be read by a person; tokens shortened. */
function explain({ operations }: History): string[] {
  const short = (_key: string, value: unknown) =>
    typeof value === "string" && value.length === 43 ? value.slice(0, 4) : value;
  return operations
    .toSorted((a, b) => a.start - b.start)
    .map(
      ({ input, output, start, end }) =>
        `${start.toFixed(1)}-${end.toFixed(1)} ${JSON.stringify(input, short)} -> ${JSON.stringify(output ?? "?", short)}`,
    );
}
