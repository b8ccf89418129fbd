import { expect, it } from "vitest";
import { startCluster, type StoreKind } from "./support/cluster.ts";
import { login, send, succeed, type Answer } from "./support/http.ts";
import { ms, report, scale } from "./support/scale.ts";

const TIMES = scale(100, 1000);
const STORM_MS = 300_000;
const KINDS: readonly StoreKind[] = ["memory", "sqlite", "postgres", "redis"];

it.for(KINDS)("loses no parallel update of one session: %s", async (kind, { task }) => {
  // On a busy machine a thousand requests at once wait for each other longer than for the store.
  const cluster = await startCluster(kind, { storeTimeout: 5 });
  try {
    const { nodes } = cluster;
    const { token } = await login(nodes[0]!, "harry");
    const storm = (target: (n: number) => string) =>
      Promise.all(
        nodes.map((node, n) =>
          send(node, `/storm?times=${TIMES}&target=${encodeURIComponent(target(n))}`, token, STORM_MS),
        ),
      );

    const start = performance.now();
    const counted = total(await storm(() => "/count"));
    const between = performance.now();
    const set = total(await storm((n) => `/set?key=key${n}x{n}&value={n}`));
    const end = performance.now();
    const { data } = (await succeed(nodes.at(-1)!, "/read", token)).reply;

    const all = nodes.length * TIMES;
    report(
      task,
      `${kind}: ${nodes.length} x ${TIMES} parallel updates of one session: ${all - (data?.count ?? 0)} counts lost ` +
        `(${ms(between - start)}), ${all - (data?.keys ?? 0)} keys lost (${ms(end - between)})`,
    );
    expect(data).toMatchObject({ count: all, keys: all });
    // What was kept was acknowledged, too.
    expect([counted, set]).toEqual([{ 200: all }, { 200: all }]);
  } finally {
    await cluster.stop();
  }
});

/** How often each answer was given, over all nodes. */
function total(storms: readonly Answer[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { status, reply } of storms)
    for (const [answer, times] of Object.entries(reply.answers ?? { [`storm ${status}`]: 1 }))
      sum[answer] = (sum[answer] ?? 0) + times;
  return sum;
}
