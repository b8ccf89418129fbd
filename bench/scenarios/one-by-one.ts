import type { Operation, Task } from "../lib/task.ts";

/** A task whose operations follow each other: where nothing is awaited, there is nothing to do beside one. */
export function oneByOne(name: string, prepare: () => Promise<Operation>): Task {
  return { name, inFlight: 1, prepare };
}
