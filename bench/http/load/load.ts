import { setTimeout } from "node:timers/promises";
import type { Visitor } from "../server.ts";
import { Connection } from "./connection.ts";

/** Who comes to a page, in turn. The next round goes on where the last one ended: whoever came last is not due again so soon. */
export class Crowd {
  readonly #asks: readonly Ask[];
  #next = 0;

  constructor({ path, visitors }: CrowdOrder) {
    this.#asks = visitors.map(({ cookie, answer }) => ({ request: write(path, cookie), answer }));
  }

  next(): Ask {
    return this.#asks[this.#next++ % this.#asks.length]!;
  }
}

interface Ask {
  readonly request: string;
  readonly answer: string;
}

/** A page with its visitors. */
export interface CrowdOrder {
  readonly path: string;
  readonly visitors: readonly Visitor[];
}

/** What a load generator is told to do. */
export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  /** Requests a second, whatever the server is like. @default the next one as soon as the last one is answered, on every connection */
  readonly rate?: number;
  /** Whether a request that finds every connection busy waits for one, and counts from when it was due; otherwise it is not sent. */
  readonly patient?: boolean;
}

/** What came out. */
export interface LoadReport {
  readonly answered: number;
  readonly wallMs: number;
  /** Processor time of the generator itself. */
  readonly cpuMs: number;
  /** Milliseconds from when each request was due until its answer was there; only where there is a rate. */
  readonly latencies: readonly number[];
}

/** A round of load. @throws when an answer is wrong. */
export async function load(order: LoadOrder, crowd: Crowd): Promise<LoadReport> {
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () => Connection.open(order.port)),
  );
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const latencies: number[] = [];
  let answered = 0;

  async function askNext(connection: Connection): Promise<void> {
    const { request, answer } = crowd.next();
    const response = await connection.ask(request);
    if (!response.startsWith("HTTP/1.1 200") || !response.includes(answer))
      throw new Error(`A wrong answer, where ${answer} should be:\n${response.slice(0, 1000)}`);
    answered++;
  }

  async function closedLoop(connection: Connection): Promise<void> {
    while (performance.now() - start < order.durationMs) await askNext(connection);
  }

  async function paced(rate: number): Promise<void> {
    const free = [...connections];
    const waiting: number[] = [];
    const busy = new Set<Promise<void>>();
    const serve = async (connection: Connection, due: number): Promise<void> => {
      for (let from: number | undefined = due; from !== undefined; from = waiting.shift()) {
        await askNext(connection);
        latencies.push(performance.now() - from);
      }
      free.push(connection);
    };
    for (let sent = 0; ; await setTimeout(1)) {
      const now = performance.now() - start;
      for (; sent < (Math.min(now, order.durationMs) * rate) / 1000; sent++) {
        const due = start + (sent * 1000) / rate;
        const connection = free.pop();
        if (connection === undefined) {
          if (order.patient === true) waiting.push(due);
        } else {
          const serving = serve(connection, due);
          busy.add(serving);
          void serving.finally(() => busy.delete(serving));
        }
      }
      if (now >= order.durationMs) break;
    }
    await Promise.all(busy);
  }

  try {
    if (order.rate === undefined) await Promise.all(connections.map(closedLoop));
    else await paced(order.rate);
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { answered, wallMs, cpuMs: (user + system) / 1000, latencies };
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** The request of a visitor, as the proxy passes it on that has ended TLS. */
function write(path: string, cookie: string): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: app.example",
    "X-Forwarded-Proto: https",
    `Cookie: ${cookie}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
