import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreKind } from "./support/cluster.ts";
import {
  besiege,
  fail,
  forgetAnswers,
  gather,
  memoryOf,
  startSite,
  statusesOf,
  timeToServe,
  type Failure,
  type Site,
} from "./support/outage.ts";
import { ms, percentile, report, scale } from "./support/scale.ts";

const OUTAGE_MS = scale(1200, 30_000);
const GUARD_MS = 250;
const RECOVERY_MS = 2000;
const MOST_GROWTH_MB = 8;
const KINDS: readonly StoreKind[] = ["postgres", "redis"];
const FAILURES: readonly Failure[] = ["killed", "paused", "black-holed", "refused"];

describe.each(KINDS)("while %s is", (kind) => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite(kind);
  });

  afterAll(() => site.stop());

  it.for(FAILURES)(
    "%s, guards answer 503 in time and let nobody in, and then all is well",
    async (failure, { task }) => {
      const { node } = site;
      const visitors = await gather(site);
      await besiege(node, visitors, 200);
      expect(statusesOf(visitors)).toEqual({ in: [200], out: [401], forged: [401] });
      const before = await memoryOf(node);
      forgetAnswers(visitors);

      const repair = await fail(site, failure);
      const lag = await besiege(node, visitors, OUTAGE_MS);
      const growth = (await memoryOf(node)) - before;
      const answers = Object.values(visitors).flatMap((one) => one.answers);
      const latencies = answers.map(({ start, end }) => end - start);
      expect(statusesOf(visitors)).toEqual({ in: [503], out: [503], forged: [503] });

      await repair();
      // Also the node that nobody asked anything meanwhile: it has to find out by itself that the store is back.
      const served = [node, site.other].map((one) => timeToServe(one, visitors.in.token));
      const recovery = Math.max(...(await Promise.all(served)));
      forgetAnswers(visitors);
      await besiege(node, visitors, 300);
      expect(statusesOf(visitors)).toEqual({ in: [200], out: [401], forged: [401] });

      const [p99, max] = [percentile(latencies, 0.99), Math.max(...latencies)];
      report(
        task,
        `${kind} ${failure} for ${OUTAGE_MS / 1000} s: ${answers.length} answers, all 503, p99 ${ms(p99)}, max ${ms(max)} (without a store: max ${ms(lag)}); ` +
          `served again after ${ms(recovery)}; ${growth.toFixed(1)} MB more of heap`,
      );
      expect(p99).toBeLessThan(GUARD_MS + 2 * lag);
      expect(recovery).toBeLessThan(RECOVERY_MS);
      expect(growth).toBeLessThan(MOST_GROWTH_MB);
    },
  );
});
