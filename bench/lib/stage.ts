import { rowsVariable } from "./rows.ts";

/** A server or a file with rows in it, which the tasks of several scenarios work on. */
export interface Stage {
  readonly name: string;
  /** Starts it and fills it. @param rows - How many sessions it is to hold. */
  start(rows: number): Promise<RunningStage>;
}

export interface RunningStage {
  /** Name and version of what answers. */
  readonly version: string;
  /** Environment variables through which the tasks find it, set as long as it runs. */
  readonly variables: Readonly<Record<string, string>>;
  /** The server's first process; `undefined` where all the work is done in the task's own. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts stages when a scenario needs them, one at a time. */
export interface Stages {
  /** The stage, started unless it is running already. */
  enter(stage: Stage | undefined): Promise<RunningStage | undefined>;
  /** Ends what is running. */
  clear(): Promise<void>;
}

/** @param rows - How many sessions each stage is to hold. */
export function createStages(rows: number): Stages {
  let current: Stage | undefined;
  let running: RunningStage | undefined;

  async function clear(): Promise<void> {
    const ending = running;
    current = running = undefined;
    // Nobody must look for what has ended.
    for (const name of Object.keys(ending?.variables ?? {})) delete process.env[name];
    await ending?.stop();
  }

  return {
    async enter(stage) {
      if (stage !== current) {
        await clear();
        running = await stage?.start(rows);
        current = stage;
        // The tasks' processes inherit it.
        if (running !== undefined) Object.assign(process.env, rowsVariable(rows), running.variables);
      }
      return running;
    },
    clear,
  };
}
