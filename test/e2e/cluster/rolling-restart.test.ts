import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCluster, type Cluster } from "../../support/cluster.ts";
import { PASSWORD, SECRET } from "../hogwarts/support/app.ts";
import { visitor } from "../hogwarts/support/visitor.ts";

const NODES = 4;
const VISITORS = 10;
/** Between two pages of one visitor: nodes without any time left answer nothing in time, restarted or not. */
const PAUSE_MS = 40;
const NEXT_SECRET = "the next secret of the end-to-end tests, longer than that as well";

/** What visitors saw while nodes came and went. */
interface Seen {
  requests: number;
  logins: number;
  readonly errors: string[];
  readonly forcedLogouts: string[];
}

/** Visitors who read pages, and now and then log out and in again, until they are told to stop. */
function visitAll(cluster: Cluster): { readonly seen: Seen; stop(): Promise<void> } {
  const seen: Seen = { requests: 0, logins: 0, errors: [], forcedLogouts: [] };
  const stopping = new AbortController();

  async function one(n: number): Promise<void> {
    const who = visitor(cluster);
    const login = async (): Promise<void> => {
      const answer = await who.login("student-gryffindor");
      seen.logins++;
      if (answer.status !== 302 || answer.header("location")?.includes("error"))
        seen.errors.push(`login: ${answer.status} ${answer.header("location")}`);
    };
    await login();
    for (let round = 1; !stopping.signal.aborted; round++) {
      for (const path of ["/", "/houses/gryffindor"]) {
        const answer = await who.send({ path });
        const { status, body } = answer;
        seen.requests++;
        await delay(PAUSE_MS);
        if (status === 302) seen.forcedLogouts.push(`${path} -> ${answer.header("location")}`);
        else if (status !== 200) seen.errors.push(`${path}: ${status}`);
        else if (!body.includes("Log out")) seen.forcedLogouts.push(path);
      }
      if ((round + n) % 5 === 0) {
        await who.logout();
        await login();
      }
    }
  }

  const all = Promise.all(
    Array.from({ length: VISITORS }, (_, n) =>
      one(n).catch((error: Error) => seen.errors.push(error.message)),
    ),
  );
  return {
    seen,
    async stop() {
      stopping.abort();
      await all;
    },
  };
}

describe.each([
  {
    kind: "sealed sessions and a change of the password",
    env: { SESSION_STORE: "cookie", SESSION_SECRET: SECRET },
    // Every node has to open the new one before the first seals with it.
    rounds: [
      { SESSION_SECRET: SECRET, OLD_SESSION_SECRET: NEXT_SECRET },
      { SESSION_SECRET: NEXT_SECRET, OLD_SESSION_SECRET: SECRET },
    ],
  },
  { kind: "sessions in Redis", env: {}, rounds: [{}] },
  { kind: "sessions in PostgreSQL", env: { SESSION_STORE: undefined }, rounds: [{}] },
])("a rolling restart with $kind", ({ env, rounds }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(NODES, { HOGWARTS_PASSWORD: PASSWORD, ...env });
  });
  afterAll(() => cluster?.stop());

  test("logs nobody out and shows nobody an error", async ({ task }) => {
    const visits = visitAll(cluster);
    const { seen } = visits;
    try {
      for (const changes of rounds)
        for (let node = 0; node < NODES; node++) await cluster.restart(node, changes);
    } finally {
      await visits.stop();
    }
    task.meta.note = `rolling restart, ${NODES} nodes × ${rounds.length}: ${seen.requests} pages, ${seen.logins} logins, ${seen.errors.length} errors, ${seen.forcedLogouts.length} forced logouts`;
    expect([seen.errors, seen.forcedLogouts]).toEqual([[], []]);
    expect(seen.requests).toBeGreaterThan(VISITORS * NODES);
  });
});
