import { allOf, anyOf, definePolicies, where } from "coatcheck/policies";
import type { Student } from "./hogwarts.ts";
import type { User } from "./users.ts";

const isHeadmaster = (user: User) => user.role === "headmaster";
const isProfessor = (user: User) => user.role === "professor";
const isOwnHouse = (user: User, house: string) => user.house === house;
const isSomebodyElse = (user: User, other: Pick<User, "id">) => user.id !== other.id;

const isStaffOfHouse = anyOf(isHeadmaster, allOf(isProfessor, isOwnHouse));

/** Who may do what. What is not here, nobody may. */
export const policies = definePolicies<User>()({
  /** To see who is in a house. */
  "students:list": anyOf(isHeadmaster, isOwnHouse),
  /** To see a house's marks. */
  "marks:read": isStaffOfHouse,
  /** The rows that any query for this user may find. */
  "student:read": where<Student>()((user: User) => {
    if (isHeadmaster(user)) return true;
    return user.house === null ? false : { house: user.house };
  }),
  /** To get a house's register, marks and all, from the API. */
  "register:export": isStaffOfHouse,
  /** To see who is logged in, who may log in, and what happened. */
  "staff:view": isHeadmaster,
  /** To lock somebody out, or let them in again. */
  "users:disable": allOf(isHeadmaster, isSomebodyElse),
  /** To end anybody's session. */
  "sessions:revoke": isHeadmaster,
});
