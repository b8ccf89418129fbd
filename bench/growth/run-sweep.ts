/** A process that sweeps once, started by `scenarios/sweep.ts` with `--expose-gc`. */
import { postgresStore } from "coatcheck/stores/postgres";
import { sqliteStore } from "coatcheck/stores/sqlite";
import { postgresPool, sqliteFile } from "../stages/connect.ts";
import { sweepBesideReads } from "./sweep.ts";

const [name, table = "", expired] = process.argv.slice(2);
const store =
  name === "SQLite"
    ? sqliteStore({ path: sqliteFile(table) })
    : postgresStore({ pool: postgresPool(), table });
process.on("disconnect", () => process.exit());
await store.migrate();
process.send!(await sweepBesideReads(store, Number(expired)));
