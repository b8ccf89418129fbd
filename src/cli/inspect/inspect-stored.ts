import { createCircuit } from "../../circuit.ts";
import { runtimeCrypto } from "../../crypto/runtime.ts";
import { createStoredKeeper, storedId } from "../../stored/keeper.ts";
import type { DatabaseStore } from "../../stores/store.ts";
import type { Inspection } from "./inspection.ts";
import { judge, type ExpectedShape } from "./judge.ts";

/** What is known of a stored session without its store: its public id. */
export async function inspectUnreached(token: string, name: string): Promise<Inspection> {
  return {
    kind: "stored",
    publicId: await storedId(name, token, runtimeCrypto()),
    verdict: { accepted: undefined, why: "Only its store can tell: give --store." },
    notes: [],
  };
}

/** Looks a stored session up, by the rules of every request. */
export async function inspectStored(
  token: string,
  store: DatabaseStore,
  options: {
    readonly name: string;
    readonly shape: ExpectedShape;
    readonly timeout: number;
    readonly now: number;
  },
): Promise<Inspection> {
  const crypto = runtimeCrypto();
  const reached = createCircuit(store, { timeout: options.timeout }).store;
  const keeper = createStoredKeeper({
    store: reached,
    identity: store,
    crypto,
    name: options.name,
    readsOn: false,
  });
  const opened = await keeper.open(token, options.now);
  const publicId = await storedId(options.name, token, crypto);
  if ("rejected" in opened)
    return { kind: "stored", publicId, verdict: { accepted: false, reason: opened.rejected }, notes: [] };
  const verdict = await judge(opened.record, options.shape, options.now);
  return { kind: "stored", publicId, record: opened.record, verdict, notes: [] };
}
