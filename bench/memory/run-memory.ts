/** A process that weighs memory once, started by `scenarios/memory.ts` with `--expose-gc`. */
import { weigh } from "./live-sessions.ts";
import { OPENED, weighOpened } from "./opened-sessions.ts";
import { serveMany, type applications } from "./long-run.ts";

const [what, name = "", count = "0"] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
process.send!(await measured(Number(count)));

function measured(many: number): Promise<object> {
  if (what === "long") return serveMany(name as keyof typeof applications, many);
  return name === OPENED ? weighOpened(many) : weigh(name, many);
}
