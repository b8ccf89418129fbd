import { afterAll, beforeAll, expect, it } from "vitest";
import { startNode, type TestNode } from "../support/nodes.ts";
import type { LoginNodeConfig } from "./login-node.ts";
import { compare, meanOf } from "./support/ranks.ts";
import { below, ms, report, scale } from "./support/scale.ts";
import { visit, type Visit } from "./support/visits.ts";

const LOGINS = scale(150, 2000);
const WARM_UP = 20;
/** One after another, also beside a flood. */
const PATIENCE = scale(180_000, 1_800_000);
const MOST_MS = 1;
const MOST_AUC = 0.55;
/** Standard errors that groups which do not differ are apart once in many thousand runs. */
const ERRORS = 4;
/** Attempts are counted, and none is refused. */
const PLENTY = { limit: 1_000_000, window: 900 };

let node: TestNode;

beforeAll(async () => {
  const config: LoginNodeConfig = {
    users: LOGINS + WARM_UP,
    password: "a password of nobody's but ours",
    store: { kind: "memory" },
    throttle: { account: PLENTY, address: PLENTY },
  };
  node = await startNode(new URL("login-node.ts", import.meta.url), config);
});

afterAll(() => node.kill());

/** Who is tried, each name once. */
const GROUPS = { known: (n: number) => `user${n}`, unknown: (n: number) => `nope${n}` };
type Group = keyof typeof GROUPS;

it(
  "nobody learns from the answers to wrong passwords, or from their time, which users exist",
  { timeout: PATIENCE },
  async ({ task }) => {
    const visits: Record<Group, Visit[]> = { known: [], unknown: [] };
    for (let n = 0; n < LOGINS + WARM_UP; n++)
      for (const group of below(2) === 0
        ? (["known", "unknown"] as const)
        : (["unknown", "known"] as const)) {
        const form = { username: GROUPS[group](n), password: `wrong ${n}` };
        const answer = await visit(node, "/login", { form, address: "198.51.100.1" });
        if (n >= WARM_UP) visits[group].push(answer);
      }

    const texts = new Set(Object.values(visits).flatMap((all) => all.map(({ text }) => text)));
    const [known, unknown] = [visits.known, visits.unknown].map((all) => all.map(({ took }) => took));
    const { mean, error, auc, aucError } = compare(unknown!, known!);
    report(
      task,
      `${LOGINS} logins each of unknown users and of known ones with a wrong password, at ${ms(meanOf(known!))}: ` +
        `${texts.size === 1 ? "equal bytes" : `${texts.size} different answers`}, ${Math.abs(mean).toFixed(2)} ms ` +
        `(± ${error.toFixed(2)}) apart on average, AUC ${auc.toFixed(3)}`,
    );
    expect([...texts]).toEqual([expect.stringMatching(/^401\nUnauthorized\n/)]);
    // Where others use the machine, equal logins are apart as well: by some of their standard errors.
    expect(Math.abs(mean)).toBeLessThan(Math.max(MOST_MS, ERRORS * error));
    expect(auc).toBeLessThanOrEqual(Math.max(MOST_AUC, 0.5 + ERRORS * aucError));
  },
);
