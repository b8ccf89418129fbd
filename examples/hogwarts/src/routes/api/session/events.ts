import type { APIEvent } from "@solidjs/start/server";
import { isSessionError } from "coatcheck";
import { endingEvents } from "~/lib/session-events";
import { areStored, getSession, guard, sessions } from "~/lib/session";

/** Tells an open page of the moment in which its session ends. */
export const GET = guard.withUser(async ({ request }: APIEvent) => {
  const { id } = await getSession();
  if (!areStored || id === undefined) return Response.json({ error: "not found" }, { status: 404 });
  try {
    return await endingEvents((onEnd) => sessions.onRevoked(id, onEnd), request.signal);
  } catch (error) {
    if (!isSessionError(error, "ERR_SESSION_STORE")) throw error;
    return Response.json({ error: "unavailable" }, { status: 503, headers: { "retry-after": "2" } });
  }
});

/** Says by its status alone whether somebody is logged in: a browser does not tell a page why it got no events. */
export const HEAD = guard.withUser(() => new Response(null, { headers: { "cache-control": "no-store" } }));
