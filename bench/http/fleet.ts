import { startWorker, type Worker } from "../lib/worker.ts";
import type { LoadOrder, LoadReport } from "./load/load.ts";
import type { Listening } from "./server.ts";

const SERVER = new URL("./run-server.ts", import.meta.url);
const LOAD = new URL("./run-load.ts", import.meta.url);

/** As a deployed application runs. */
const variables = { NODE_ENV: "production" };

/** A server's process. */
export interface RunningServer extends Listening {
  /** Processor time that it has used so far, in milliseconds, its other threads included. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one of the servers of a framework. */
export async function startServer(framework: string, name: string): Promise<RunningServer> {
  const worker = await startWorker<Listening>(SERVER, [framework, name], { variables });
  return { ...worker.ready, cpuMs: () => worker.ask<number>("cpu"), stop: worker.stop };
}

/** A load generator's process. */
export interface Generator {
  run(order: LoadOrder): Promise<LoadReport>;
  stop(): Promise<void>;
}

/** Starts a load generator. */
export async function startGenerator(): Promise<Generator> {
  const worker: Worker<unknown> = await startWorker(LOAD, ["load"], { variables });
  return { run: (order) => worker.ask<LoadReport>(order), stop: worker.stop };
}
