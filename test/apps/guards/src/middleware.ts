import { createMiddleware } from "@solidjs/start/middleware";
import { protect } from "coatcheck/solid-start";
import { guard } from "./lib/auth.ts";
import { choice } from "./lib/choice.ts";

/** Guards what lies below a path, before anything of it is reached. */
async function guardPaths(event: { url: URL }): Promise<void> {
  const { pathname } = event.url;
  if (pathname.startsWith("/private/staff")) await guard.authorize("staff:view");
  else if (pathname.startsWith("/private/fresh")) await guard.requireFresh();
  else if (pathname.startsWith("/private")) await guard.requireUser();
}

async function lookFirst(): Promise<void> {
  await guard.getUser();
}

/** The guards must hold without any middleware as well, and with one before it that should come first. */
const choices = { protect: [protect(), guardPaths], none: [], last: [lookFirst, protect()] };

export default createMiddleware(choices[choice]);
