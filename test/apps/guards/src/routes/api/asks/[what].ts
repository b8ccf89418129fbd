import type { APIEvent } from "@solidjs/start/server";
import { useSession } from "coatcheck/solid-start";
import { guard, sessions } from "~/lib/auth";
import { staff } from "~/lib/functions";

/** Every question to which there may be no answer, asked in an API route. */
const asks: Record<string, () => Promise<unknown>> = {
  useSession: () => useSession(sessions),
  getUser: () => guard.getUser(),
  requireUser: () => guard.requireUser(),
  requireFresh: () => guard.requireFresh(),
  can: () => guard.can("staff:view"),
  authorize: () => guard.authorize("staff:view"),
  house: () => guard.authorize("house:list", "slytherin"),
  takeForm: () => guard.takeForm("/sudo"),
  /** A server function, in process. */
  function: () => staff(),
};

export async function GET({ params }: APIEvent) {
  const answer = await asks[params["what"] ?? ""]();
  return Response.json(typeof answer === "boolean" ? answer : answer !== null);
}

export const POST = GET;
