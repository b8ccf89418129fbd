import { query } from "@solidjs/router";
import { hogwarts } from "./hogwarts.ts";
import { getUser, guard } from "./session.ts";

// Called from the browser, a query does not know the page: it says itself where to return to after the login.

/** The user who is logged in, or `null`. */
export const getViewer = query(async () => {
  "use server";
  return getUser();
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
