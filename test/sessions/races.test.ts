import { asyncProperty, check, scheduler, stringify } from "fast-check";
import { describe, expect, test } from "vitest";
import { plans, World, type Fault, type StepName } from "./races.model.ts";

const RUNS = 1500;
const SEED = 20_260_101;

const writes: readonly StepName[] = ["login", "patch", "count", "count later", "look"];

/** Which steps meet each other. */
const mixes: readonly { mix: string; names: readonly StepName[] }[] = [
  { mix: "updates and flash values", names: ["patch", "count", "count later", "flash", "wait"] },
  { mix: "logins and logouts", names: [...writes, "clear", "logout", "rotate"] },
  { mix: "logins and revocations", names: [...writes, "revoke", "revoke user", "rotate"] },
  { mix: "all that happens while time passes", names: [...writes, "clear", "revoke user", "flash", "wait"] },
];

function race(names: readonly StepName[], fault?: Fault) {
  const property = asyncProperty(scheduler(), plans(names), async (order, all) => {
    await new World(order, fault).run(all);
  });
  return check(property, { numRuns: RUNS, seed: SEED });
}

describe("in any order of store calls", { timeout: 60_000 }, () => {
  test.each(mixes)("$mix lose nothing that was acknowledged, and bring nothing back", async ({ names }) => {
    const { failed, counterexample, errorInstance, numRuns } = await race(names);
    expect(failed ? `${String(errorInstance)}\n${stringify(counterexample)}` : "").toBe("");
    expect(numRuns).toBe(RUNS);
  });

  const everything = mixes.flatMap(({ names }) => names);
  const faults: { fault: string; broken: Fault }[] = [
    {
      fault: "an update that creates what is gone",
      broken: (good) => ({
        async update(record, version) {
          if ((await good.find(record.id)) !== undefined || record.expiresAt === 0)
            return good.update(record, version);
          await good.delete(record.id);
          await good.insert(record);
          return true;
        },
      }),
    },
    {
      fault: "an update that does not look at the version",
      broken: (good) => ({
        async update(record) {
          const found = await good.find(record.id);
          return found !== undefined && good.update(record, found.version);
        },
      }),
    },
    {
      fault: "a delete that does nothing",
      broken: () => ({ delete: async () => undefined }),
    },
    {
      fault: "a deleteByUser that leaves one",
      broken: (good) => ({
        async deleteByUser(userId) {
          const [spared] = await good.findByUser(userId);
          return good.deleteByUser(userId, spared?.id);
        },
      }),
    },
  ];

  test.each(faults)("this would notice $fault", async ({ broken }) => {
    const { errorInstance } = await race(everything, broken);
    expect(String(errorInstance)).toMatch(/its end$|counts$|was lost$|twice$/);
  });
});
