import { describe, expect, test } from "vitest";
import { allOf, anyOf, definePolicies, deny, not, where } from "../../../src/auth/policy.ts";
import {
  answering,
  configError,
  dumbledore,
  harry,
  inOwnHouse,
  isHeadmaster,
  isProfessor,
  mcgonagall,
  nonAnswers,
  type Student,
  type User,
} from "./school.ts";

const policies = definePolicies<User>()({
  "students:list": anyOf(isHeadmaster, inOwnHouse),
  "staff:view": isHeadmaster,
  "house:export": (user, house: string) =>
    isHeadmaster(user) || (user.role === "professor" && user.house === house),
  "student:read": where<Student>()((user) => isHeadmaster(user) || { house: user.house }),
  "common-room:enter": allOf(not(isHeadmaster), inOwnHouse),
  "map:use": () => true,
});
const hermione: Student = { id: 1, name: "Hermione", house: "gryffindor", year: 3 };
const draco: Student = { id: 2, name: "Draco", house: "slytherin", year: 3 };

/** For actions that come from elsewhere than the code. */
const loosely = policies.can as (user: unknown, action: unknown, resource?: unknown) => boolean;

describe("an action with a rule", () => {
  test("is allowed to whom its rule allows it, and to nobody else", () => {
    expect(policies.can(dumbledore, "staff:view")).toBe(true);
    expect(policies.can(mcgonagall, "staff:view")).toBe(false);
    expect(policies.can(mcgonagall, "house:export", "gryffindor")).toBe(true);
    expect(policies.can(mcgonagall, "house:export", "slytherin")).toBe(false);
    expect(policies.can(harry, "house:export", "gryffindor")).toBe(false);
  });

  test("combines its rules", () => {
    expect(policies.can(dumbledore, "students:list", "slytherin")).toBe(true);
    expect(policies.can(harry, "students:list", "gryffindor")).toBe(true);
    expect(policies.can(harry, "students:list", "slytherin")).toBe(false);
    expect(policies.can(harry, "common-room:enter", "gryffindor")).toBe(true);
    expect(policies.can({ role: "headmaster", house: "gryffindor" }, "common-room:enter", "gryffindor")).toBe(
      false,
    );
  });

  test("looks at the resource that its condition names", () => {
    expect(policies.can(dumbledore, "student:read", draco)).toBe(true);
    expect(policies.can(harry, "student:read", hermione)).toBe(true);
    expect(policies.can(harry, "student:read", draco)).toBe(false);
  });

  test("can be asked without the object that it is a method of", () => {
    const { can } = policies;
    expect(can(dumbledore, "staff:view")).toBe(true);
  });
});

describe("denied by default", () => {
  test("is everything to nobody, whatever the rule says", () => {
    for (const nobody of [null, undefined])
      for (const action of ["map:use", "students:list", "staff:view", "student:read"])
        expect(loosely(nobody, action, hermione)).toBe(false);
    expect(policies.can(harry, "map:use")).toBe(true);
  });

  test("is a rule that would not even look at a user who is not there", () => {
    let asked = 0;
    const counting = definePolicies<User>()({ a: () => (asked++, true), b: where()(() => (asked++, true)) });
    counting.can(null, "a");
    counting.can(undefined, "b", {});
    expect(asked).toBe(0);
  });

  test.each([
    "nothing",
    "",
    "STAFF:VIEW",
    "staff:view ",
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__defineGetter__",
    "get",
    "size",
  ])("is the action %j, which has no rule", (action) => {
    expect(loosely(dumbledore, action)).toBe(false);
  });

  test.each([
    [["staff:view"]],
    [{ toString: () => "staff:view" }],
    [new String("staff:view")],
    [undefined],
    [null],
    [0],
    [Symbol.iterator],
  ])("is the action %o, which is no text", (action) => {
    expect(loosely(dumbledore, action)).toBe(false);
  });

  test.each(nonAnswers)("is a rule that answers %s", (_what, answer) => {
    const odd = definePolicies<User>()({ plain: answering(answer), any: anyOf(answering(answer)) });
    expect(odd.can(dumbledore, "plain")).toBe(false);
    expect(odd.can(dumbledore, "any")).toBe(false);
  });

  test("is an async rule, which a compiler refuses", () => {
    const late = definePolicies<User>()({
      // @ts-expect-error -- a rule answers at once
      function: async () => true,
      // @ts-expect-error -- and so does that of a condition
      condition: where<Student>()(async () => true),
    });
    expect((late.can as typeof loosely)(dumbledore, "function")).toBe(false);
    expect((late.can as typeof loosely)(dumbledore, "condition", hermione)).toBe(false);
  });

  test("is a rule that says why not", () => {
    const closed = definePolicies<User>()({ enter: () => deny("the house is closed") });
    expect(closed.can(dumbledore, "enter")).toBe(false);
  });
});

describe("a rule that throws", () => {
  const broken = definePolicies<User>()({
    plain: () => {
      throw new RangeError("broken");
    },
    any: anyOf(
      () => {
        throw new RangeError("broken");
      },
      () => true,
    ),
    condition: where<Student>()(() => {
      throw new RangeError("broken");
    }),
  });

  test("tells the caller, and allows nothing", () => {
    expect(() => broken.can(harry, "plain")).toThrow(RangeError);
    expect(() => broken.can(harry, "any")).toThrow(RangeError);
    expect(() => broken.can(harry, "condition", hermione)).toThrow(RangeError);
    expect(() => broken.explain(harry, "plain")).toThrow(RangeError);
    expect(() => broken.explain(harry, "condition", hermione)).toThrow(RangeError);
    expect(() => broken.filter(harry, "condition", {} as never)).toThrow(RangeError);
  });
});

describe("rules that cannot work", () => {
  const define = definePolicies<User>() as (rules: unknown) => unknown;

  test.each([true, false, null, undefined, "isHeadmaster", 1, {}, { house: "gryffindor" }, [isHeadmaster]])(
    "are refused with the action named: %o",
    (rule) => {
      expect(() => define({ fine: isHeadmaster, "house:export": rule })).toThrow(configError("house:export"));
    },
  );

  test.each([undefined, null, [], [isHeadmaster], isHeadmaster, new Map([["a", isHeadmaster]]), "a"])(
    "are refused when they are no plain object: %o",
    (rules) => {
      expect(() => define(rules)).toThrow(configError("plain object"));
    },
  );

  test("are refused when a __proto__ in the code has swallowed one", () => {
    expect(() => define({ __proto__: isHeadmaster })).toThrow(configError());
    expect(() => define({ __proto__: { "staff:view": isHeadmaster } })).toThrow(configError());
  });

  test("are not looked for again after they were checked", () => {
    const rules = { a: isHeadmaster, b: isProfessor };
    const defined = definePolicies<User>()(rules);
    rules.a = () => true;
    Object.assign(rules, { c: () => true });
    expect(defined.can(harry, "a")).toBe(false);
    expect((defined.can as typeof loosely)(harry, "c")).toBe(false);
  });

  test("may have names that every object has", () => {
    const named = definePolicies<User>()({ constructor: isHeadmaster, toString: isProfessor });
    expect(named.can(dumbledore, "constructor")).toBe(true);
    expect(named.can(dumbledore, "toString")).toBe(false);
    expect(Object.prototype.toString.call(1)).toBe("[object Number]");
  });
});
