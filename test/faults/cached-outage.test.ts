import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { StoreKind } from "./support/cluster.ts";
import { login, send, succeed, type Answer } from "./support/http.ts";
import {
  besiege,
  fail,
  forgetAnswers,
  gather,
  startSite,
  statusesOf,
  timeToServe,
  type Failure,
} from "./support/outage.ts";
import { ms, report, scale } from "./support/scale.ts";

const KINDS: readonly StoreKind[] = ["postgres", "redis"];
const RECOVERY_MS = 2000;
const WARM_UP = 30;

describe.for(KINDS)("a node with a cache over %s", (kind) => {
  it("accepts nothing later than maxAge after a revocation that it cannot hear of", async ({ task }) => {
    const maxAge = scale(0.6, 2);
    const site = await startSite(kind, { maxAge });
    try {
      const failures: readonly Failure[] = ["black-holed", "refused"];
      const latest: string[] = [];
      for (const failure of failures) {
        const { token, id } = await login(site.node, failure);
        // Until the channel has proved that it works, nothing is answered from the cache.
        for (let n = 0; n < WARM_UP; n++) {
          await succeed(site.node, "/read", token);
          await delay((maxAge * 1000) / WARM_UP);
        }
        const repair = await fail(site, failure);
        const { end: revokedAt } = await succeed(site.other, `/revoke?id=${id}`);
        const answers: Answer[] = [];
        while (performance.now() < revokedAt + 2 * maxAge * 1000) {
          answers.push(await send(site.node, "/read", token));
          await delay(3);
        }
        await repair();
        await timeToServe(site.node, (await login(site.other, "next")).token);
        answers.push(await send(site.node, "/read", token));
        const accepted = answers.filter(({ status }) => status === 200).map(({ start }) => start - revokedAt);
        latest.push(`${failure} ${ms(Math.max(0, ...accepted))}`);
        expect(accepted.filter((after) => after > maxAge * 1000)).toEqual([]);
        expect(answers.at(-1)!.status).toBe(401);
      }
      report(
        task,
        `${kind}: cut off from the store, accepted after the revocation at the latest (maxAge ${ms(maxAge * 1000)}): ${latest.join(", ")}`,
      );
    } finally {
      await site.stop();
    }
  });

  it("answers known visitors to read, up to the stated age and no longer", async ({ task }) => {
    const staleFor = scale(1.2, 15);
    const outage = scale(2000, 30_000);
    const site = await startSite(kind, { maxAge: 0.3, staleFor });
    try {
      const { node } = site;
      const visitors = await gather(site);
      await besiege(node, visitors, 200);
      forgetAnswers(visitors);
      const repair = await fail(site, "black-holed");
      const start = performance.now();
      const write = delay(staleFor * 500).then(() => send(node, "/count", visitors.in.token));
      await besiege(node, visitors, outage);
      const { answers } = visitors.in;
      const accepted = answers.filter(({ status }) => status === 200).map((answer) => answer.start - start);
      const latest = Math.max(0, ...accepted);
      const slowest = Math.max(...answers.map((answer) => answer.end - answer.start));
      report(
        task,
        `${kind}: ${answers.length} requests in an outage of ${ms(outage)}: ${accepted.length} read from the cache, ` +
          `the latest after ${ms(latest)} (staleFor ${ms(staleFor * 1000)}), slowest answer ${ms(slowest)}`,
      );

      expect(statusesOf(visitors)).toEqual({ in: [200, 503], out: [503], forged: [503] });
      expect((await write).status).toBe(503);
      expect(latest).toBeLessThan(staleFor * 1000);
      // It does help, too.
      expect(latest).toBeGreaterThan(staleFor * 1000 * 0.5);
      await repair();
      expect(await timeToServe(node, visitors.in.token)).toBeLessThan(RECOVERY_MS);
    } finally {
      await site.stop();
    }
  });
});
