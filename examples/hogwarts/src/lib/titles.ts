import { findHouse } from "./houses.ts";
import type { Profile } from "./users.ts";

const titles = { student: "Student", professor: "Professor", headmaster: "Headmaster" };

/** What somebody is, such as "Professor of Gryffindor". */
export function titleOf({ role, house }: Pick<Profile, "role" | "house">): string {
  const all = role === "headmaster" ? "all four houses" : "no house";
  return `${titles[role]} of ${findHouse(house)?.name ?? all}`;
}
