import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { startNode, type TestNode } from "../support/nodes.ts";
import type { Flood } from "./flood-source.ts";
import type { LoginNodeConfig, Measures } from "./login-node.ts";
import { full, ms, percentile, report, scale } from "./support/scale.ts";
import { visit } from "./support/visits.ts";

const RATE = 500;
const FLOOD_S = scale(3, 20);
const IDLE_S = scale(2, 10);
const READ_EVERY_MS = 50;
const USERS = 5000;
const MOST_MS = 50;
/** Of a core, so that at this rate a quarter of it is left. */
const MOST_LOOP_MS = 1.5;
const MOST_HEAP_MB = 32;
const MOST_RESIDENT_MB = 256;
const password = "a password of nobody's but ours";
/** Where the sessions are and the attempts are counted: what would wait for a disk would show the disk. */
const KINDS: readonly { kind: string; store: LoginNodeConfig["store"] }[] = [
  { kind: "sealed", store: undefined },
  { kind: "stored in memory", store: { kind: "memory" } },
];

it.for(KINDS)(
  "a flood of logins takes the cores that it may have, and everybody else is served; sessions are $kind",
  async ({ kind, store }, { task }) => {
    const config: LoginNodeConfig = { store, users: USERS, password };
    const start = (script: string, what: object) => startNode(new URL(script, import.meta.url), what);
    // The bystander has nothing to do with it, and shows how late the machine is.
    const nodes = await Promise.all([
      start("login-node.ts", config),
      start("login-node.ts", config),
      start("flood-source.ts", { users: USERS }),
    ]);
    const [node, bystander, source] = nodes;
    try {
      const readers = await Promise.all([node, bystander].map(enter));
      const idle = await readFor(readers, delay(IDLE_S * 1000));
      const before = await measure(node);
      const flooding = visit(source, `/flood?port=${node.port}&rate=${RATE}&seconds=${FLOOD_S}`);
      const [reads, late] = await readFor(readers, flooding);
      const { sent, seconds, statuses, withRetryAfter, unanswered } = JSON.parse(
        (await flooding).body,
      ) as Flood;
      const after = await measure(node);

      const p99 = (times: readonly number[]): number => percentile(times, 0.99);
      const { 401: hashed = 0, 503: refused = 0, ...others } = statuses;
      const loop = (after.loop - before.loop) / sent;
      const [heap, resident] = [after.heap - before.heap, after.mostResident - before.mostResident];
      report(
        task,
        `${kind}: ${Math.round(sent / seconds)} logins a second for ${FLOOD_S} s: ${hashed} hashed, ${after.mostAtOnce} at once on ${after.cores} cores, ` +
          `${refused} answered 503 with Retry-After, ${unanswered} unanswered; ${loop.toFixed(2)} ms of the event loop's thread each`,
        `${reads!.length} reads meanwhile: p99 ${ms(p99(reads!))}, before ${ms(p99(idle[0]!))}, on a bystander ${ms(p99(late!))}`,
        `heap ${heap.toFixed(1)} MB more, resident at most ${resident.toFixed(1)} MB more`,
      );
      expect(others).toEqual({});
      expect([unanswered, refused]).toEqual([0, withRetryAfter]);
      expect(refused).toBeGreaterThan(0);
      expect(hashed).toBeGreaterThan(0);
      expect(after.hashes - before.hashes).toBe(hashed);
      expect(after.mostAtOnce).toBeLessThanOrEqual(after.cores);
      expect(heap).toBeLessThan(MOST_HEAP_MB);
      expect(resident).toBeLessThan(MOST_RESIDENT_MB);
      expect(loop).toBeLessThan(MOST_LOOP_MS);
      expect(Math.max(...reads!)).toBeLessThan(Infinity);
      // Where others use the machine a node that has work is late, which says nothing of its own.
      const limit = full ? Math.max(MOST_MS, 3 * p99(idle[0]!)) : Number.MAX_VALUE;
      expect(p99(reads!)).toBeLessThanOrEqual(limit);
    } finally {
      await Promise.all(nodes.map((one) => one.kill()));
    }
  },
);

interface Reader {
  readonly node: TestNode;
  readonly cookie: string;
}

/** Logs somebody in who will read. */
async function enter(node: TestNode): Promise<Reader> {
  const form = { username: "user0", password };
  const { status, cookie, body } = await visit(node, "/login", { form, address: "198.51.100.1" });
  if (status !== 200 || cookie === undefined) throw new Error(`Nobody could log in: ${body}\n${node.log()}`);
  return { node, cookie };
}

/**
 * Reads now and then, whether it is answered or not.
 *
 * @returns the milliseconds that each read of each reader took; no number of them for one that found nobody logged in.
 */
async function readFor(readers: readonly Reader[], until: Promise<unknown>): Promise<number[][]> {
  const state = { over: false };
  const end = until.finally(() => (state.over = true));
  const reads = readers.map((): Promise<number>[] => []);
  while (!state.over) {
    for (const [n, { node, cookie }] of readers.entries())
      reads[n]!.push(
        visit(node, "/read", { cookie }).then(({ status, took }) => (status === 200 ? took : Infinity)),
      );
    await delay(READ_EVERY_MS);
  }
  await end;
  return Promise.all(reads.map((all) => Promise.all(all)));
}

async function measure(node: TestNode): Promise<Measures> {
  return JSON.parse((await visit(node, "/measures")).body) as Measures;
}
