import { query } from "@solidjs/router";
import { useSession as useStartSession } from "@solidjs/start/http";
import { createSessions } from "coatcheck";
import { useSession } from "coatcheck/solid-start";

const password = process.env.SESSION_SECRET;
const sessions = createSessions({ password, touchInterval: 1200, trustProxy: true });

/** No session. */
export const nobody = query(async () => {
  "use server";
  return null;
}, "nobody");

/** A session at hand that is not looked at. */
export const untouched = query(async () => {
  "use server";
  await useSession(sessions);
  return null;
}, "untouched");

/** Whose session it is. */
export const touched = query(async () => {
  "use server";
  const session = await useSession(sessions);
  return session.data.userId;
}, "touched");

/** The same with what SolidStart brings. */
export const own = query(async () => {
  "use server";
  const session = await useStartSession({ password });
  return session.data.userId;
}, "own");
