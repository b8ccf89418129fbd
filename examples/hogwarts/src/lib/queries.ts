import { query } from "@solidjs/router";
import { listDevices } from "./devices.ts";
import { hogwarts, type MarkedStudent, type Student } from "./hogwarts.ts";
import { type HouseId, houses } from "./houses.ts";
import { policies } from "./policies.ts";
import { areStored, getUser, guard, isAllowed } from "./session.ts";
import { viewStaffRoom } from "./staff.ts";
import { type Profile, profileOf } from "./users.ts";

/** Who is looking at the page, and what there is for them. */
export interface Viewer extends Profile {
  /** Whether the session can be ended from elsewhere, so that the page has to listen. */
  canBeEnded: boolean;
  /** The houses whose students they may see. */
  houses: HouseId[];
  isStaff: boolean;
}

/** A house's register as somebody may see it. */
export interface Register {
  students: (Student | MarkedStudent)[];
  hasMarks: boolean;
}

// Called from the browser, a query does not know the page: it says itself where to return to after the login.

/** The user who is logged in, or `null`. */
export const getViewer = query(async (): Promise<Viewer | null> => {
  "use server";
  const user = await getUser();
  if (!user) return null;
  return {
    ...profileOf(user),
    canBeEnded: areStored,
    houses: houses.map(({ id }) => id).filter((id) => policies.can(user, "students:list", id)),
    isStaff: policies.can(user, "staff:view"),
  };
}, "viewer");

/** The user whose page `page` is. */
export const getMe = query(async (page: string): Promise<Profile> => {
  "use server";
  return profileOf(await guard.requireUser({ next: page }));
}, "me");

/** The students of a house. Whether there is a house of that name only they hear who may see all: `null` if not. */
export const getStudents = query(async (house: string): Promise<Register | "forbidden" | null> => {
  "use server";
  const user = await guard.requireUser({ next: `/houses/${house}` });
  if (!(await isAllowed(guard.authorize("students:list", house)))) return "forbidden";
  const students = await hogwarts.getStudents(house, "*", user);
  return students && { students, hasMarks: policies.can(user, "marks:read", house) };
}, "students");

/** The visitor's sessions, `null` where they cannot be listed. */
export const getDevices = query(listDevices, "devices");

/** Who is logged in, who may log in, and what happened: for the staff. */
export const getStaffRoom = query(viewStaffRoom, "staff-room");
