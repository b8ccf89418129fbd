/** The process of a load generator, started by `fleet.ts`: gets to know crowds, and puts load on a server whenever it is told to. */
import { Crowd, load, type CrowdOrder, type LoadOrder } from "./load/load.ts";

const crowds: Crowd[] = [];

process.on("disconnect", () => process.exit());
process.on("message", (message: CrowdOrder | (LoadOrder & { readonly crowd: number })) => {
  // A crowd's number is its place.
  if ("visitors" in message) process.send!(crowds.push(new Crowd(message)) - 1);
  else void load(message, crowds[message.crowd]!).then((report) => process.send!(report));
});
process.send!("ready");
