import { setTimeout } from "node:timers/promises";

/** Bytes of this process's heap that are in use; what can be collected has been. Needs `--expose-gc`. */
export async function usedBytes(): Promise<number> {
  for (let pass = 0; pass < 2; pass++) {
    globalThis.gc!();
    // What runs when something was collected, runs between two turns of the event loop.
    await setTimeout(10);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
