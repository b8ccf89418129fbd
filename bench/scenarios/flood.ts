import { startGenerator, startServer, type RunningServer } from "../http/fleet.ts";
import type { CrowdOrder, LoadOrder, LoadReport } from "../http/load/load.ts";
import { NONE, TOUCHED } from "../http/sessions.ts";
import { medianColumn, spreadColumn } from "../lib/columns.ts";
import { undisturbed, type OwnTime } from "../lib/quiet.ts";
import { Collector } from "../lib/samples.ts";
import { scaled } from "../lib/scale.ts";
import type { Studied, Study, StudyOptions } from "../lib/scenario.ts";
import { shuffled } from "../lib/shuffle.ts";
import { quantile } from "../lib/statistics.ts";
import { FLOOD_SLOWDOWN } from "./expectations.ts";

/** Forged cookies a second. */
const FLOOD_RATE = 5000;
/** The attacker's: whoever has no free one does not send. */
const FLOOD_CONNECTIONS = 64;
/** Visitors' requests a second, and their connections: whoever finds none free waits. */
const RATE = 200;
const CONNECTIONS = 32;
const ROUND_MS = (): number => scaled(3000, 150);
/** A round takes long, and there are two of each. */
const MOST_ROUNDS = 9;

/** Servers by the framework that they are on. */
const servers: readonly (readonly [string, string])[] = [
  ["node:http", NONE],
  ["node:http", TOUCHED],
  ["node:http", "iron-session"],
  ["fastify", "@fastify/secure-session"],
  ["h3", "h3, useSession"],
];

const nameOf = ([framework, name]: readonly [string, string]): string => `${name}, on ${framework}`;

/** What visitors notice when somebody sends forged cookies all the time. */
export const flood: Study = {
  name: "flood",
  table: "flood",
  title: `${RATE} requests a second, alone and beside ${FLOOD_RATE.toLocaleString("en")} forged cookies a second`,
  base: nameOf(servers[0]!),
  columns: [
    medianColumn("median"),
    medianColumn("p99"),
    medianColumn("floodMedian"),
    medianColumn("floodP99"),
    medianColumn("slowdown"),
    spreadColumn("floodP99"),
    medianColumn("refused"),
  ],
  claims: [{ subject: nameOf(servers[1]!), quantity: "slowdown", atMost: FLOOD_SLOWDOWN }],
  measure,
};

interface Round extends OwnTime {
  /** In milliseconds. */
  readonly latencies: readonly number[];
  readonly refusedPerSecond: number;
}

async function measure(options: StudyOptions): Promise<Studied> {
  const collector = new Collector();
  const running = new Map<string, RunningServer>();
  const [visitors, attacker] = await Promise.all([startGenerator(), startGenerator()]);

  async function round(server: RunningServer, isFlooded: boolean): Promise<Round> {
    const { port, path, forged } = server;
    const order = { port, path, durationMs: ROUND_MS() };
    const legitimate: LoadOrder & CrowdOrder = {
      ...order,
      visitors: server.visitors,
      connections: CONNECTIONS,
      rate: RATE,
      patient: true,
    };
    const attack: LoadOrder & CrowdOrder = {
      ...order,
      visitors: forged,
      connections: FLOOD_CONNECTIONS,
      rate: FLOOD_RATE,
    };
    const before = await server.cpuMs();
    const [report, attacked] = await Promise.all([
      visitors.run(legitimate),
      isFlooded ? attacker.run(attack) : NO_ATTACK,
    ]);
    const ownMs = (await server.cpuMs()) - before + report.cpuMs + attacked.cpuMs;
    const { latencies, wallMs } = report;
    return { latencies, wallMs, ownMs, refusedPerSecond: (attacked.answered * 1000) / order.durationMs };
  }

  try {
    for (const server of servers) running.set(nameOf(server), await startServer(...server));
    for (let n = 0; n < Math.min(options.rounds, MOST_ROUNDS); n++)
      for (const [name, server] of shuffled([...running])) {
        await round(server, true);
        const alone = await undisturbed(options, () => round(server, false));
        const flooded = await undisturbed(options, () => round(server, true));
        const [p99, floodP99] = [alone, flooded].map(({ latencies }) => quantile(latencies, 0.99)) as [
          number,
          number,
        ];
        collector.add(name, {
          median: quantile(alone.latencies, 0.5),
          p99,
          floodMedian: quantile(flooded.latencies, 0.5),
          floodP99,
          slowdown: floodP99 / p99,
          refused: flooded.refusedPerSecond,
        });
      }
  } finally {
    await Promise.all([visitors, attacker, ...running.values()].map((worker) => worker.stop()));
  }
  return { samples: collector.inOrder(servers.map(nameOf)) };
}

const NO_ATTACK: Pick<LoadReport, "answered" | "cpuMs"> = { answered: 0, cpuMs: 0 };
