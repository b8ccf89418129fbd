/** The process of a load generator, started by `fleet.ts`: puts load on a server whenever it is told to. */
import { load, type LoadOrder } from "./load/load.ts";

process.on("disconnect", () => process.exit());
process.on("message", (order: LoadOrder) => {
  void load(order).then((report) => process.send!(report));
});
process.send!("ready");
