/** The process of one server, started by `fleet.ts`: serves, and tells what it has used of the processor whenever it is asked. */
import { SIZES, userOf } from "../lib/payloads.ts";
import { scaled } from "../lib/scale.ts";
import { forge } from "../scenarios/tokens.ts";
import { mark, SOMEBODY } from "./page.ts";
import type { Listening, Visitor } from "./server.ts";
import { serversOf } from "./servers/index.ts";

/** Visitors who come back in turn; fewer where it takes long to make their cookies. */
const VISITORS = 1000;
const FEW = 64;
/** Forged cookies, which nobody remembers. */
const FORGED = 1000;

const [framework = "", name] = process.argv.slice(2);
const server = (await serversOf(framework)).find((one) => one.name === name)!;
const { reads, path = "/", size = SIZES.small, slow = false, visitors: most = VISITORS } = server;

const count = scaled(slow ? FEW : most, 8);
const cookies = await Promise.all(Array.from({ length: count }, (_, i) => server.seal(size.make(i))));
const visitors = cookies.map((cookie, i): Visitor => ({
  cookie,
  answer: mark(reads ? userOf(i) : SOMEBODY),
}));
const forged = cookies.slice(0, FORGED).map((cookie): Visitor => ({
  cookie: forge(cookie),
  answer: mark(reads ? undefined : SOMEBODY),
}));
const listening: Listening = { port: await server.listen(), path, visitors, forged };

process.on("disconnect", () => process.exit());
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send!((user + system) / 1000);
});
process.send!(listening);
