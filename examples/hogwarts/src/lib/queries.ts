import { query } from "@solidjs/router";
import { listDevices } from "./devices.ts";
import { hogwarts, type User } from "./hogwarts.ts";
import { areStored, getUser, guard } from "./session.ts";

/** Who is looking at the page. */
export interface Viewer extends User {
  /** Whether the session can be ended from elsewhere, so that the page has to listen. */
  canBeEnded: boolean;
}

// Called from the browser, a query does not know the page: it says itself where to return to after the login.

/** The user who is logged in, or `null`. */
export const getViewer = query(async (): Promise<Viewer | null> => {
  "use server";
  const user = await getUser();
  return user && { ...user, canBeEnded: areStored };
}, "viewer");

/** The user whose page `/` is. */
export const getMe = query(async () => {
  "use server";
  return guard.requireUser({ next: "/" });
}, "me");

/** The students of a house, `null` if there is no such house. */
export const getStudents = query(async (house: string) => {
  "use server";
  await guard.requireUser({ next: `/houses/${house}` });
  return hogwarts.getStudents(house, "*");
}, "students");

/** The visitor's sessions, `null` where they cannot be listed. */
export const getDevices = query(listDevices, "devices");
