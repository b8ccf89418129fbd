/** A process that weighs memory once, started by `scenarios/memory.ts` with `--expose-gc`. */
import { weigh } from "./live-sessions.ts";
import { serveMany, type applications } from "./long-run.ts";

const [what, name = "", count = "0"] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
process.send!(
  what === "live"
    ? await weigh(name, Number(count))
    : await serveMany(name as keyof typeof applications, Number(count)),
);
