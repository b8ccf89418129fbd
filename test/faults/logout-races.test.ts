import { expect, it } from "vitest";
import { startCluster, type StoreKind } from "./support/cluster.ts";
import { interleave } from "./support/interleaving.ts";
import { inParallel } from "./support/parallel.ts";
import { report, scale } from "./support/scale.ts";

const TIMES = scale(150, 10_000);
const AT_ONCE = 8;
const KINDS: readonly StoreKind[] = ["memory", "sqlite", "postgres", "redis"];

it.for(KINDS)(
  "accepts nothing after an acknowledged logout, whatever is under way: %s",
  async (kind, { task }) => {
    // What is judged here is who gets in, and not how fast.
    const cluster = await startCluster(kind, { storeTimeout: 5 });
    try {
      const late: number[] = [];
      const odd: string[] = [];
      let recreated = 0;
      let requests = 0;
      await inParallel(TIMES, AT_ONCE, async (n) => {
        const outcome = await interleave(cluster.nodes, `user${n}`);
        late.push(...outcome.acceptedAfter);
        odd.push(...outcome.odd);
        recreated += outcome.recreated;
        requests += outcome.requests;
      });
      report(
        task,
        `${kind}: ${TIMES} interleavings on ${cluster.nodes.length} nodes, ${requests} requests: ` +
          `${late.length} accepted after the acknowledged logout, ${recreated} records recreated`,
      );
      expect({ late, recreated, odd }).toEqual({ late: [], recreated: 0, odd: [] });
    } finally {
      await cluster.stop();
    }
  },
);
