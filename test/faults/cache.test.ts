import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster, type Cluster, type StoreKind } from "./support/cluster.ts";
import { login, send, succeed } from "./support/http.ts";
import { interleave } from "./support/interleaving.ts";
import { inParallel } from "./support/parallel.ts";
import { ms, percentile, report, scale } from "./support/scale.ts";

const MAX_AGE = 0.5;
const REVOCATIONS = scale(60, 1000);
const INTERLEAVINGS = scale(60, 3000);
const PUSHED_MS = 100;
const KINDS: readonly StoreKind[] = ["sqlite", "postgres", "redis"];

describe.each(KINDS)("with a cache on every node, over %s", (kind) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(kind, { cache: { maxAge: MAX_AGE, timeout: 5 } });
  });

  afterAll(() => cluster.stop());

  it("pushes a revocation to the other nodes", async ({ task }) => {
    const [first, ...others] = cluster.nodes;
    const delays: number[] = [];
    // What a request takes that asks nobody: a busy machine must not blame the channel.
    const lags: number[] = [];
    await inParallel(REVOCATIONS, 2, async (n) => {
      const { token, id } = await login(first!, `pushed${n}`);
      for (const node of others) await succeed(node, "/read", token);
      const { end } = await succeed(
        first!,
        n % 2 === 0 ? `/revoke?id=${id}` : `/revoke-user?user=pushed${n}`,
      );
      await Promise.all(
        others.map(async (node) => {
          const control = await succeed(node, "/nothing");
          lags.push(control.end - control.start);
          let answer = await send(node, "/read", token);
          while (answer.status === 200) answer = await send(node, "/read", token);
          delays.push(answer.end - end);
        }),
      );
    });
    const [p50, p99, max] = [percentile(delays, 0.5), percentile(delays, 0.99), Math.max(...delays)];
    const lag = Math.max(...lags);
    report(
      task,
      `${kind}: ${delays.length} pushed revocations, refused elsewhere after p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)} ` +
        `(a request that asks nobody: max ${ms(lag)})`,
    );
    expect(p50).toBeLessThan(PUSHED_MS);
    // The request that finds out takes its time too.
    expect(p99).toBeLessThan(PUSHED_MS + 2 * lag);
  });

  it("accepts nothing later than maxAge after the acknowledged logout", async ({ task }) => {
    const late: number[] = [];
    const odd: string[] = [];
    let recreated = 0;
    await inParallel(INTERLEAVINGS, 16, async (n) => {
      const outcome = await interleave(cluster.nodes, `user${n}`, { maxAge: MAX_AGE * 1000 });
      late.push(...outcome.acceptedAfter);
      odd.push(...outcome.odd);
      recreated += outcome.recreated;
    });
    report(
      task,
      `${kind}: ${INTERLEAVINGS} interleavings: ${late.length} requests accepted after the logout, the latest ${ms(Math.max(0, ...late))} after it (maxAge ${ms(MAX_AGE * 1000)}); ${recreated} records recreated`,
    );
    expect(late.filter((after) => after > MAX_AGE * 1000)).toEqual([]);
    expect({ recreated, odd }).toEqual({ recreated: 0, odd: [] });
  });

  it("a node that slept past a revocation wakes up and refuses", async () => {
    const [first, second] = cluster.nodes;
    const sleeping = Array.from({ length: 5 }, (_, n) => login(second!, `sleeper${n}`));
    const visitors = await Promise.all(sleeping);
    for (const { token } of visitors) await succeed(second!, "/read", token);
    second!.pause();
    for (const { id } of visitors) await succeed(first!, `/revoke?id=${id}`);
    await delay(MAX_AGE * 1000 + 50);
    const answers = visitors.map(({ token }) => send(second!, "/read", token));
    second!.resume();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(visitors.map(() => 401));
  });
});
