import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { visit } from "./support/visits.ts";

/** What became of a flood. */
export interface Flood {
  readonly sent: number;
  /** Seconds from the first login to the last one. */
  readonly seconds: number;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers of 503 that say when to come again, and how many logins were never answered. */
  readonly withRetryAfter: number;
  readonly unanswered: number;
}

const TICK_MS = 10;

// Where a flood comes from: a process of its own, so that it is not what is measured.
process.on("disconnect", () => process.exit(0));
const { users } = JSON.parse(process.argv[2]!) as { users: number };

/** So many logins a second, whether they are answered or not: of users and of nobody, each from an address of its own. */
async function flood(port: number, rate: number, seconds: number): Promise<Flood> {
  const statuses: Record<string, number> = {};
  let [withRetryAfter, unanswered] = [0, 0];
  const one = async (n: number): Promise<void> => {
    const username = n % 2 === 0 ? `user${1 + (n % (users - 1))}` : `nope${n}`;
    const address = `10.${n >> 16}.${(n >> 8) & 0xff}.${n & 0xff}`;
    try {
      const { status, retryAfter } = await visit({ port }, "/login", {
        form: { username, password: `wrong ${n}` },
        address,
      });
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 503 && retryAfter !== undefined && retryAfter > 0) withRetryAfter++;
    } catch {
      unanswered++;
    }
  };
  const all: Promise<void>[] = [];
  const start = performance.now();
  let passed = 0;
  while (passed < seconds) {
    while (all.length < rate * passed) all.push(one(all.length));
    await delay(TICK_MS);
    passed = (performance.now() - start) / 1000;
  }
  await Promise.all(all);
  return { sent: all.length, seconds: passed, statuses, withRetryAfter, unanswered };
}

const server = createServer((incoming, outgoing) => {
  const { searchParams } = new URL(incoming.url!, "http://127.0.0.1");
  const [port, rate, seconds] = ["port", "rate", "seconds"].map((name) => Number(searchParams.get(name)));
  flood(port!, rate!, seconds!).then(
    (result) => outgoing.end(JSON.stringify(result)),
    (error: unknown) => outgoing.writeHead(500).end(String(error)),
  );
});
server.listen(0, "127.0.0.1", () => process.send!({ port: (server.address() as AddressInfo).port }));
