import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { startCluster } from "./support/cluster.ts";
import { login, send, type Answer } from "./support/http.ts";
import { besiege, type Visitors } from "./support/outage.ts";
import { ms, percentile, report, scale } from "./support/scale.ts";
import { setTimeout as delay } from "node:timers/promises";

const LOCKED_MS = scale(1500, 30_000);

it("while another process holds the write lock of SQLite, reads go on and writes fail in time", async ({
  task,
}) => {
  const cluster = await startCluster("sqlite", { size: 1 });
  const node = cluster.nodes[0]!;
  const { config } = cluster.database;
  const blocker = new DatabaseSync((config as { path: string }).path);
  try {
    const { token } = await login(node, "harry");
    const visitors = { in: { token, answers: [] } } as unknown as Visitors;
    blocker.exec("BEGIN IMMEDIATE");
    const writes: Answer[] = [];
    const end = performance.now() + LOCKED_MS;
    const write = async () => {
      while (performance.now() < end) {
        writes.push(await send(node, "/count", token));
        await delay(20);
      }
    };
    const [lag] = await Promise.all([besiege(node, visitors, LOCKED_MS), write()]);
    blocker.exec("COMMIT");
    const released = performance.now();
    while ((await send(node, "/count", token)).status !== 200);
    const recovery = performance.now() - released;

    const { answers } = visitors.in;
    const took = (all: readonly Answer[], share: number) =>
      percentile(
        all.map((answer) => answer.end - answer.start),
        share,
      );
    report(
      task,
      `SQLite locked by another process for ${LOCKED_MS / 1000} s: ${answers.length} reads p99 ${ms(took(answers, 0.99))}, ` +
        `${writes.length} writes 503, slowest ${ms(took(writes, 1))}; written again after ${ms(recovery)}`,
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(writes.map(({ status }) => status))).toEqual(new Set([503]));
    // A process that waits inside SQLite answers nobody.
    expect(took(answers, 0.5)).toBeLessThan(250);
    expect(took(writes, 0.9)).toBeLessThan(250 + 2 * lag);
    expect(recovery).toBeLessThan(2000);
  } finally {
    blocker.close();
    await cluster.stop();
  }
});
