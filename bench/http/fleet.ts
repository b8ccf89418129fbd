import { startWorker, type Worker } from "../lib/worker.ts";
import type { CrowdOrder, LoadOrder, LoadReport } from "./load/load.ts";
import type { Listening, Visitor } from "./server.ts";

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
  /** @param order.visitors - The same array each time: they are introduced once, as thousands of cookies are as much work as a part of a round. */
  run(order: LoadOrder & CrowdOrder): Promise<LoadReport>;
  stop(): Promise<void>;
}

/** Starts a load generator. */
export async function startGenerator(): Promise<Generator> {
  const worker: Worker<unknown> = await startWorker(LOAD, ["load"], { variables });
  const crowds = new Map<readonly Visitor[], number>();
  return {
    async run({ path, visitors, ...order }) {
      let crowd = crowds.get(visitors);
      if (crowd === undefined) crowds.set(visitors, (crowd = await worker.ask<number>({ path, visitors })));
      return worker.ask<LoadReport>({ ...order, crowd });
    },
    stop: worker.stop,
  };
}
