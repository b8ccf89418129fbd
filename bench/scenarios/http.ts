import { medianColumn, ratioColumn, shareColumn, spreadColumn } from "../lib/columns.ts";
import { buildApp } from "../http/build-app.ts";
import { startGenerator, startServer, type Generator, type RunningServer } from "../http/fleet.ts";
import type { LoadReport } from "../http/load/load.ts";
import { LARGER, LOOKED, MARKED, NEW_TOKENS, NONE, TOUCHED, UNTOUCHED } from "../http/sessions.ts";
import { undisturbed, type OwnTime } from "../lib/quiet.ts";
import { Collector } from "../lib/samples.ts";
import { scaled } from "../lib/scale.ts";
import type { Claim, Studied, Study, StudyOptions } from "../lib/scenario.ts";
import { shuffled } from "../lib/shuffle.ts";
import { sittings } from "../lib/sittings.ts";
import { HTTP } from "./expectations.ts";

/** Enough that the server always has something to do. */
const CONNECTIONS = 32;
const ROUND_MS = (): number => scaled(1000, 60);
const WARM_UP = 1 / 3;
/** Rounds that go before the first one. */
const FIRST = 4;

/** A framework's servers, by name; see `http/servers`. */
interface Framework {
  readonly name: string;
  readonly title: string;
  readonly servers: readonly string[];
  readonly claims?: readonly Claim[];
  /** What has to be done before they can be started. */
  readonly build?: () => Promise<void>;
}

const frameworks: readonly Framework[] = [
  {
    name: "node:http",
    title: "node:http",
    servers: [NONE, MARKED, LOOKED, UNTOUCHED, TOUCHED, LARGER, NEW_TOKENS, "iron-session"],
    claims: [keeps(TOUCHED, HTTP.node), keeps(UNTOUCHED, HTTP.node)],
  },
  {
    name: "h3",
    title: "h3 2",
    servers: [NONE, MARKED, LOOKED, UNTOUCHED, TOUCHED, LARGER, NEW_TOKENS, "h3, useSession"],
    claims: [keeps(TOUCHED, HTTP.h3), keeps(UNTOUCHED, HTTP.h3)],
  },
  {
    name: "fetch",
    title: "node:http, by a fetch handler through srvx",
    servers: [NONE, UNTOUCHED, TOUCHED],
  },
  { name: "fastify", title: "fastify", servers: [NONE, "@fastify/secure-session"] },
  {
    name: "express",
    title: "express",
    servers: [NONE, "express-session, in memory", "cookie-session, signed only"],
  },
  {
    name: "SolidStart",
    title: "SolidStart, built for production",
    servers: [NONE, MARKED, LOOKED, UNTOUCHED, TOUCHED, LARGER, NEW_TOKENS, "h3, useSession"],
    claims: [keeps(TOUCHED, HTTP.solidStart), keeps(UNTOUCHED, HTTP.solidStart)],
    build: buildApp,
  },
];

function keeps(subject: string, atLeast: number): Claim {
  return { subject, quantity: "rate", beside: NONE, atLeast };
}

/** The frameworks, by name. */
export const httpFrameworks: readonly string[] = frameworks.map(({ name }) => name);

/** The name of a framework's study. */
export function httpName(framework: string): string {
  return `http ${framework}`;
}

/** The same page without a session, with one that nobody looks at, and with one that says who it is, over HTTP. */
export const http: readonly Study[] = frameworks.map(({ name, title, servers, claims = [], build }) => ({
  name: httpName(name),
  table: httpName(name),
  title: `Requests a second on ${title}`,
  base: NONE,
  columns: [
    medianColumn("rate"),
    shareColumn("rate", "kept"),
    medianColumn("server"),
    ratioColumn("server"),
    spreadColumn("rate"),
  ],
  claims,
  async measure(options) {
    await build?.();
    return measure(name, servers, options);
  },
}));

/** What a round came to: of the server the processor time, of the generator everything. */
interface Round extends OwnTime, Pick<LoadReport, "answered"> {
  readonly serverMs: number;
}

async function measure(framework: string, names: readonly string[], options: StudyOptions): Promise<Studied> {
  const collector = new Collector();
  for (const rounds of sittings(options.rounds))
    await sit(framework, names, collector, { ...options, rounds });
  return { samples: collector.inOrder(names) };
}

async function sit(
  framework: string,
  names: readonly string[],
  collector: Collector,
  options: StudyOptions,
): Promise<void> {
  const servers = new Map<string, RunningServer>();
  const generator = await startGenerator();
  try {
    for (const name of names) servers.set(name, await startServer(framework, name));
    const go = (name: string, share: number) => round(servers.get(name)!, generator, ROUND_MS() * share);
    for (const name of names) await go(name, scaled(FIRST, 1));
    for (let n = 0; n < options.rounds; n++)
      for (const name of shuffled(names)) {
        const took = await undisturbed(
          options,
          () => go(name, 1),
          () => go(name, WARM_UP),
        );
        const { answered, wallMs, serverMs } = took;
        collector.add(name, { rate: (answered * 1000) / wallMs, server: (serverMs * 1000) / answered });
      }
  } finally {
    await Promise.all([generator, ...servers.values()].map((worker) => worker.stop()));
  }
}

async function round(server: RunningServer, generator: Generator, durationMs: number): Promise<Round> {
  const { port, path, visitors } = server;
  const before = await server.cpuMs();
  const report = await generator.run({ port, path, visitors, connections: CONNECTIONS, durationMs });
  const serverMs = (await server.cpuMs()) - before;
  return { ...report, serverMs, ownMs: serverMs + report.cpuMs };
}
