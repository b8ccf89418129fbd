/** The process of one task, started by `lib/runner.ts`: makes it warm, then runs a round whenever it is told to. */
import type { Scenario } from "./lib/scenario.ts";
import { batch, check, type Operation, type Spent } from "./lib/task.ts";
import { scenarios } from "./scenarios/index.ts";

/** Processor time of a round, in milliseconds. */
const ROUND_MS = 200;
/**
 * The same before the first round. A server runs for days: what answers from a database takes twice as long while
 * its code is being compiled, for a second and a half.
 */
const WARM_UP_MS = 2000;
/** What waits for a disk or a server needs little of it, and may take so many times as long. */
const MOST_WAITING = 5;

const [scenarioName, taskName] = process.argv.slice(2);
const scenario = scenarios.find(({ name }) => name === scenarioName)!;
const { prepare, inFlight } = (scenario as Scenario).tasks.find(({ name }) => name === taskName)!;
const operation = await prepare();
let done = 0;
await check(operation, inFlight);
const operationsPerRound = await warmUp(operation);

// One at a time: the other side waits for the answer. The process ends when the channel does, whatever is still open.
process.on("disconnect", () => process.exit());
process.on("message", (share: number) => {
  const count = Math.max(inFlight, Math.round(operationsPerRound * share));
  void go(operation, count).then((spent) => process.connected && process.send!(spent));
});
process.send!({ operationsPerRound });

function go(whose: Operation, count: number): Promise<Spent> {
  const first = done;
  done += count;
  return batch(whose, { first, count }, inFlight);
}

/** @returns how many operations fill a round. */
async function warmUp(warmed: Operation): Promise<number> {
  let count = inFlight;
  for (let spentMs = 0; ;) {
    const { cpuMs, wallMs } = await go(warmed, count);
    const tookMs = Math.max(cpuMs, wallMs / MOST_WAITING);
    spentMs += tookMs;
    if (spentMs >= WARM_UP_MS && tookMs >= ROUND_MS / 2)
      return Math.max(inFlight, Math.round((count * ROUND_MS) / tookMs));
    if (tookMs < ROUND_MS) count *= 2;
  }
}
