import type { CommandInput } from "../command.ts";
import { failureLine } from "../failure.ts";
import type { CliIo } from "../io.ts";
import { withStore } from "../open-store.ts";
import { describeStore, storeAddress } from "../store-address.ts";
import { finding, type Finding } from "./finding.ts";

/** What a check is worth as an answer of a store that is down. */
const REACH_IT = "Check the address, the user's rights and that the server runs.";

/** Looks at the store, if there is one, through its own check. @param redacted - Takes secrets out of a message. */
export async function checkStore(
  input: CommandInput,
  io: CliIo,
  redacted: (text: string) => string,
): Promise<Finding[]> {
  const { ok, error } = finding("store");
  const address = storeAddress(input, io);
  if (address === undefined) return [ok("Sessions are sealed in the cookie: there is no store to look at.")];
  const name = ok(`The store is ${describeStore(address)}.`);
  const silence = silenceWarnings();
  try {
    const found = await withStore(input, io, ({ store, inTime }) => inTime(store.check()));
    return [name, ...found.map((one) => ({ ...one, check: "store" }))];
  } catch (problem) {
    return [name, error(redacted(failureLine(problem)), REACH_IT)];
  } finally {
    silence.end();
  }
}

/** A store warns by itself of what it is about to be asked; once is enough. */
function silenceWarnings(): { end(): void } {
  const { warn } = console;
  console.warn = () => {};
  return {
    end() {
      console.warn = warn;
    },
  };
}
