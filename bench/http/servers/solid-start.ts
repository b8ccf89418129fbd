import { SECRET } from "../../candidates/candidate.ts";
import { h3Request } from "../../candidates/h3.ts";
import { SIZES } from "../../lib/payloads.ts";
import { NEW } from "../../scenarios/tokens.ts";
import { freePort, until } from "../../../test/support/processes.ts";
import { SERVER } from "../build-app.ts";
import type { HttpServer } from "../server.ts";
import { LARGER, LOOKED, MARKED, NEW_TOKENS, NONE, seal, TOUCHED, UNTOUCHED } from "../sessions.ts";

/** The built application of `bench/app`; a server is one of its pages. */
export const solidStartServers: readonly HttpServer[] = [
  { name: NONE, path: "/plain", reads: false, seal, listen },
  { name: MARKED, path: "/marked", reads: false, seal, listen },
  { name: LOOKED, path: "/looked", reads: false, seal, listen },
  { name: UNTOUCHED, path: "/untouched", reads: false, seal, listen },
  { name: TOUCHED, path: "/touched", reads: true, seal, listen },
  { name: LARGER, path: "/touched", reads: true, size: SIZES.medium, seal, listen },
  { name: NEW_TOKENS, path: "/touched", reads: true, visitors: NEW, seal, listen },
  { name: "h3, useSession", path: "/own", reads: true, slow: true, seal: h3Request.seal, listen },
];

/** Starts it as it would be, but in this process. */
async function listen(): Promise<number> {
  const port = await freePort();
  Object.assign(process.env, { PORT: String(port), HOST: "127.0.0.1", SESSION_SECRET: SECRET });
  await import(SERVER.href);
  await until("SolidStart answers", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/plain`).catch(() => undefined);
    return answer?.ok === true;
  });
  return port;
}
