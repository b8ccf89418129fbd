import { expect, it } from "vitest";
import { startNode, type TestNode } from "../support/nodes.ts";
import type { LoginNodeConfig, Measures, Statuses } from "./login-node.ts";
import { startDatabase, type StoreKind } from "./support/cluster.ts";
import { ms, report, scale } from "./support/scale.ts";
import { visit } from "./support/visits.ts";

const GUESSES = scale(400, 1000);
const ADDRESSES = 30;
const LIMIT = 10;
const KINDS: readonly StoreKind[] = ["memory", "sqlite", "postgres", "redis"];
/** A refill takes longer than any storm. */
const throttle = { account: { limit: LIMIT, window: 86_400 } };
const password = "a password of nobody's but ours";
const CHEAP = { memory: 8, passes: 1 };

it.for(KINDS)(
  "of parallel guesses at one account from many addresses, as many are hashed as the limit says: %s",
  async (kind, { task }) => {
    const database = await startDatabase(kind);
    const config: LoginNodeConfig = { store: database.config, cost: CHEAP, users: 2, password, throttle };
    const size = kind === "memory" ? 1 : 4;
    const nodes = await Promise.all(
      Array.from({ length: size }, () => startNode(new URL("login-node.ts", import.meta.url), config)),
    );
    try {
      const first = nodes[0]!;
      const last = nodes.at(-1)!;
      const form = { username: "user0", password };
      const owner = await visit(first, "/login", { form, address: "198.51.100.1" });
      expect([owner.status, owner.cookie]).toEqual([200, expect.stringContaining("session-device=")]);

      const before = await hashesOn(nodes);
      const start = performance.now();
      const statuses = await storm(nodes, GUESSES / size);
      const took = performance.now() - start;
      const hashes = (await hashesOn(nodes)) - before;
      report(
        task,
        `${kind}: ${GUESSES} parallel guesses at one account on ${size} nodes from ${ADDRESSES} addresses: ${hashes} hashed, ` +
          `the others 429 (${ms(took)}); then the owner got in on a known device`,
      );
      expect(hashes).toBe(LIMIT);
      expect(statuses).toEqual({ 401: LIMIT, 429: GUESSES - LIMIT });

      // The password alone does not help, from wherever; other accounts are as they were; a known device is.
      const stranger = await visit(last, "/login", { form, address: "198.51.100.2" });
      expect([stranger.status, stranger.retryAfter]).toEqual([429, expect.any(Number)]);
      const other = { ...form, username: "user1" };
      expect((await visit(last, "/login", { form: other, address: "198.51.100.3" })).status).toBe(200);
      const { cookie, address } = { cookie: owner.cookie, address: "203.0.113.1" };
      const back = await visit(last, "/login", { form, cookie, address });
      expect(back.status).toBe(200);
      expect((await visit(first, "/read", { cookie: back.cookie })).status).toBe(200);
    } finally {
      await Promise.all(nodes.map((node) => node.kill()));
      await database.stop();
    }
  },
);

/** Has all nodes guess at once. @returns how often each status was answered, over all of them */
async function storm(nodes: readonly TestNode[], times: number): Promise<Statuses> {
  const path = `/guesses?name=user0&times=${times}&addresses=${ADDRESSES}`;
  const answers = await Promise.all(nodes.map((node) => visit(node, path)));
  const sum: Record<string, number> = {};
  for (const { body } of answers)
    for (const [status, count] of Object.entries(JSON.parse(body) as Statuses))
      sum[status] = (sum[status] ?? 0) + count;
  return sum;
}

async function hashesOn(nodes: readonly TestNode[]): Promise<number> {
  const all = await Promise.all(nodes.map((node) => visit(node, "/measures")));
  return all.reduce((sum, { body }) => sum + (JSON.parse(body) as Measures).hashes, 0);
}
