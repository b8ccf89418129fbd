// Compiled and never run: see types.test.ts.
import { expectTypeOf } from "vitest";
import {
  allOf,
  anyOf,
  definePolicies,
  deny,
  not,
  where,
  type Condition,
  type ConditionBuilder,
  type Explanation,
  type Policies,
  type PolicyRules,
  type ResourceArguments,
  type Rule,
} from "../../src/auth/policy.ts";

interface User {
  role: string;
  house: string | null;
}
interface Student {
  id: number;
  house: string | null;
  year: number;
  born: Date;
  nickname?: string;
}
declare const user: User;
declare const nobody: User | null | undefined;
declare const student: Student;

const isHeadmaster = (someone: User) => someone.role === "headmaster";
const isProfessor = (someone: User): boolean => someone.role === "professor";
const inOwnHouse = (someone: User, house: string) => someone.house === house;
const isOwn = (someone: User, owned: { id: number }) => someone.role === `student ${owned.id}`;
const teaches = (someone: User, taught: { year: number }) => someone.role === `teacher of ${taught.year}`;

const policies = definePolicies<User>()({
  "students:list": anyOf(isHeadmaster, inOwnHouse),
  "staff:view": isHeadmaster,
  "house:export": (someone, house: string) => isHeadmaster(someone) || someone.house === house,
  "student:read": where<Student>()((someone) => isHeadmaster(someone) || { house: someone.house }),
  "student:mark": where<Student>()((someone) => [{ house: someone.house, year: [1, 2] }, { id: 1 }]),
  "house:visit": (someone, house?: string) => someone.house === house || deny("not yours"),
  "map:use": () => true,
});

/** An action takes the resource that its rule takes. */
export function resourcesOfActions(text: string) {
  policies.can(user, "students:list", "gryffindor");
  policies.can(nobody, "staff:view");
  policies.can(user, "house:export", "gryffindor");
  policies.can(user, "student:read", student);
  policies.can(user, "house:visit");
  policies.can(user, "house:visit", "gryffindor");
  policies.can(user, "map:use");
  policies.explain(user, "students:list", "gryffindor");
  expectTypeOf(policies.can(user, "map:use")).toEqualTypeOf<boolean>();
  expectTypeOf(policies.explain(user, "map:use")).toEqualTypeOf<Explanation>();

  // @ts-expect-error -- of which house?
  policies.can(user, "students:list");
  // @ts-expect-error -- of which house?
  policies.can(user, "house:export");
  // @ts-expect-error -- which student?
  policies.can(user, "student:read");
  // @ts-expect-error -- of which house?
  policies.explain(user, "students:list");
  // @ts-expect-error -- a house is text
  policies.can(user, "students:list", 7);
  // @ts-expect-error -- not a student
  policies.can(user, "student:read", { id: 1 });
  // @ts-expect-error -- takes no resource
  policies.can(user, "staff:view", "gryffindor");
  // @ts-expect-error -- no such action
  policies.can(user, "staff:veiw");
  // @ts-expect-error -- any text is not an action
  policies.can(user, text);
  // @ts-expect-error -- another's user
  policies.can({ role: "headmaster" }, "staff:view");
}

/** One of several actions takes what all of them take. */
export function severalActions(
  listing: "students:list" | "house:export",
  any: "students:list" | "staff:view",
) {
  policies.can(user, listing, "gryffindor");
  // @ts-expect-error -- both want a house
  policies.can(user, listing);
  // @ts-expect-error -- one of them wants a house
  policies.can(user, any);
}

/** Combined rules take what all of their parts take, and name their user within policies. */
export function combinedRules() {
  expectTypeOf(anyOf(isHeadmaster, isProfessor)).parameters.toEqualTypeOf<[user: User]>();
  expectTypeOf(anyOf(isHeadmaster, inOwnHouse)).parameters.toEqualTypeOf<[user: User, resource: string]>();
  expectTypeOf(not(inOwnHouse)).parameters.toEqualTypeOf<[user: User, resource: string]>();
  expectTypeOf(not(isHeadmaster)).parameters.toEqualTypeOf<[user: User]>();
  expectTypeOf(allOf(isHeadmaster, not(anyOf(isProfessor, inOwnHouse)))).parameters.toEqualTypeOf<
    [user: User, resource: string]
  >();
  expectTypeOf(allOf(isOwn, teaches)).parameters.toEqualTypeOf<
    [user: User, resource: { id: number } & { year: number }]
  >();
  const several: Rule<User, string>[] = [inOwnHouse];
  expectTypeOf(anyOf(...several)).parameters.toEqualTypeOf<[user: User, resource: string]>();

  const combined = definePolicies<User>()({
    either: anyOf(isHeadmaster, (someone, house: "gryffindor" | "slytherin") => someone.house === house),
    neither: not((someone) => someone.role === "ghost"),
    both: allOf(isOwn, teaches, not(isHeadmaster)),
  });
  combined.can(user, "either", "gryffindor");
  combined.can(user, "neither");
  combined.can(user, "both", student);
  // @ts-expect-error -- none of those houses
  combined.can(user, "either", "hufflepuff");
  // @ts-expect-error -- of which house?
  combined.can(user, "either");
  // @ts-expect-error -- no year
  combined.can(user, "both", { id: 1 });
  // @ts-expect-error -- one rule
  not(isHeadmaster, isProfessor);
  // @ts-expect-error -- a condition is no function
  anyOf(where<Student>()((someone: User) => isHeadmaster(someone)));
}

/** A rule answers yes or no, at once, and of this user. */
export function wrongRules() {
  definePolicies<User>()({
    // @ts-expect-error -- a promise is no answer
    late: async () => true,
    // @ts-expect-error -- not of a combined rule either
    lateWithin: anyOf(async () => true),
    // @ts-expect-error -- nor of a condition
    lateCondition: where<Student>()(async () => true),
    // @ts-expect-error -- a number is no answer
    number: () => 1,
    // @ts-expect-error -- undefined is no answer
    perhaps: (someone) => someone.house?.startsWith("g"),
    // @ts-expect-error -- no function
    always: true,
    // @ts-expect-error -- of whom?
    other: (someone: { name: string }) => someone.name === "Filch",
    // @ts-expect-error -- of whom?
    otherCondition: where<Student>()((someone: { name: string }) => someone.name === "Filch"),
    // @ts-expect-error -- one resource
    two: (_someone, house: string, other: string) => house === other,
  });
}

/** A condition names fields that can be compared, with values of theirs. */
export function conditions() {
  const house: Condition<Student> = { house: null, year: [1, 2], id: 1, nickname: "Ron" };
  void house;
  // @ts-expect-error -- a house is text
  const number: Condition<Student> = { house: 7 };
  // @ts-expect-error -- no such field
  const unknown: Condition<Student> = { hose: "gryffindor" };
  // @ts-expect-error -- a date is compared differently everywhere
  const date: Condition<Student> = { born: new Date() };
  // @ts-expect-error -- a year is never null
  const never: Condition<Student> = { year: null };
  // @ts-expect-error -- no list within the list
  const nested: Condition<Student> = { year: [[1]] };
  void [number, unknown, date, never, nested];

  // @ts-expect-error -- no such field
  where<Student>()((someone: User) => ({ hose: someone.house }));
  // @ts-expect-error -- a text is no answer
  where<Student>()(() => "yes");
}

/** Only conditions can be filters. */
export function filters(
  builder: ConditionBuilder<Student, string>,
  other: ConditionBuilder<{ name: string }, string>,
) {
  expectTypeOf(policies.filter(nobody, "student:read", builder)).toEqualTypeOf<string>();
  policies.filter(user, "student:mark", builder);
  policies.filter(user, "student:read", {
    all: () => 1,
    none: () => 0,
    equals(field, value) {
      expectTypeOf(field).toEqualTypeOf<"id" | "house" | "year" | "nickname">();
      expectTypeOf(value).toEqualTypeOf<string | number>();
      return 2;
    },
    in: (_field, values) => values.length,
    isNull: () => 3,
    and: (parts) => parts.length,
    or: (parts) => parts.length,
  });
  // @ts-expect-error -- no condition
  policies.filter(user, "staff:view", builder);
  // @ts-expect-error -- no condition
  policies.filter(user, "students:list", builder);
  // @ts-expect-error -- no such action
  policies.filter(user, "nothing", builder);
  // @ts-expect-error -- for other rows
  policies.filter(user, "student:read", other);
}

/** What takes any policies, as a guard does, has their actions and resources. */
export function boundToSomebody() {
  const bind =
    <Someone, Rules extends PolicyRules<Someone>>(given: Policies<Someone, Rules>, someone: Someone) =>
    <Action extends keyof Rules & string>(action: Action, ...resource: ResourceArguments<Rules[Action]>) =>
      given.can(someone, action, ...resource);
  const can = bind(policies, user);
  can("students:list", "gryffindor");
  can("staff:view");
  // @ts-expect-error -- of which house?
  can("students:list");
  // @ts-expect-error -- no such action
  can("nothing");
}
