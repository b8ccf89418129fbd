import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allOf, anyOf, definePolicies, deny, not, where } from "../../../src/auth/policy.ts";
import {
  answering,
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

const isClosed = () => deny("the house is closed");
const mayRead = (user: User) => isHeadmaster(user) || { house: user.house };
const policies = definePolicies<User>()({
  "students:list": anyOf(isHeadmaster, inOwnHouse),
  "staff:view": isHeadmaster,
  "house:export": (user, house: string) => user.house === house,
  "house:teach": allOf(isProfessor, anyOf(isHeadmaster, inOwnHouse)),
  "tower:enter": allOf(not(isHeadmaster), inOwnHouse),
  "house:enter": anyOf(isHeadmaster, isClosed),
  "hall:enter": allOf(isProfessor, isClosed),
  "map:use": isClosed,
  "student:read": where<Student>()(mayRead),
  "student:expel": where<Student>()((user) => isHeadmaster(user)),
  "student:praise": where<Student>()((user) => (user.house === null ? deny("no house, no praise") : false)),
  "student:mark": where<Student>()((user) => [
    { house: user.house, year: [1, 2, 3] },
    { name: "Neville", year: null },
  ]),
  "student:find": where<Student>()(() => []),
  "student:teach": where<Student>()((user) => ({ house: user.house, year: 3 })),
});
const draco: Student = { id: 2, name: "Draco", house: "slytherin", year: 3 };

/** For actions that come from elsewhere than the code. */
const loosely = policies.explain as (
  user: unknown,
  action: unknown,
  resource?: unknown,
) => { reason: string };

describe("the reason", () => {
  test.each([
    [harry, "students:list", "slytherin", "denied: none of isHeadmaster, inOwnHouse"],
    [harry, "students:list", "gryffindor", "allowed: inOwnHouse is true"],
    [dumbledore, "students:list", "slytherin", "allowed: isHeadmaster is true"],
    [harry, "staff:view", undefined, "denied: isHeadmaster is false"],
    [dumbledore, "staff:view", undefined, "allowed: isHeadmaster is true"],
    [harry, "house:export", "slytherin", "denied: house:export is false"],
    [harry, "house:teach", "gryffindor", "denied: isProfessor is false"],
    [mcgonagall, "house:teach", "slytherin", "denied: none of isHeadmaster, inOwnHouse"],
    [mcgonagall, "house:teach", "gryffindor", "allowed: all of isProfessor, anyOf(isHeadmaster, inOwnHouse)"],
    [dumbledore, "tower:enter", "gryffindor", "denied: isHeadmaster is true"],
    [harry, "tower:enter", "gryffindor", "allowed: all of not(isHeadmaster), inOwnHouse"],
    [harry, "house:enter", undefined, "denied: none of isHeadmaster, isClosed (the house is closed)"],
    [mcgonagall, "hall:enter", undefined, "denied: the house is closed"],
    [harry, "map:use", undefined, "denied: the house is closed"],
    [null, "staff:view", undefined, "denied: nobody is logged in"],
    [undefined, "student:read", draco, "denied: nobody is logged in"],
    [dumbledore, "student:read", draco, "allowed: mayRead is true"],
    [harry, "student:read", draco, "denied: house does not match"],
    [harry, "student:read", { ...draco, house: "gryffindor" }, "allowed: house matches"],
    [harry, "student:read", undefined, "denied: there is no resource"],
    [dumbledore, "student:read", null, "denied: there is no resource"],
    [harry, "student:expel", draco, "denied: the condition is false"],
    [dumbledore, "student:praise", draco, "denied: no house, no praise"],
    [harry, "student:mark", draco, "denied: none of house and year, name and year match"],
    [harry, "student:mark", { ...draco, house: "gryffindor" }, "allowed: house and year match"],
    [harry, "student:teach", draco, "denied: house does not match"],
    [harry, "student:teach", { ...draco, year: 7 }, "denied: house and year do not match"],
    [harry, "student:find", draco, "denied: the list of conditions is empty"],
  ] as const)("for %o to %s with %o is %j", (user, action, resource, reason) => {
    expect(loosely(user, action, resource).reason).toBe(reason);
  });

  test("says of a rule turned around what it was", () => {
    const turned = definePolicies<User>()({
      one: not(isProfessor),
      several: not(anyOf(isHeadmaster, isProfessor)),
      all: not(allOf(isHeadmaster, isProfessor)),
    });
    expect(turned.explain(harry, "one").reason).toBe("allowed: isProfessor is false");
    expect(turned.explain(mcgonagall, "one").reason).toBe("denied: isProfessor is true");
    expect(turned.explain(harry, "several").reason).toBe("allowed: none of isHeadmaster, isProfessor");
    expect(turned.explain(harry, "all").reason).toBe("allowed: isHeadmaster is false");
  });

  test("has the words of deny, however deep, and only of what denied", () => {
    const deep = definePolicies<User>()({
      enter: anyOf(
        isHeadmaster,
        anyOf(isHeadmaster, allOf(not(isProfessor), isClosed)),
        allOf(not(isClosed), isProfessor),
      ),
    });
    expect(deep.explain(harry, "enter").reason).toBe(
      "denied: none of isHeadmaster, anyOf(isHeadmaster, allOf(not(isProfessor), isClosed)) (the house is closed), allOf(not(isClosed), isProfessor)",
    );
  });

  test("names what has no name", () => {
    const rules = [(user: User) => user.house === "hufflepuff", isHeadmaster] as const;
    const nameless = definePolicies<User>()({ enter: anyOf(...rules) });
    expect(nameless.explain(harry, "enter").reason).toBe("denied: none of an unnamed rule, isHeadmaster");
  });

  test.each(nonAnswers)("names the rule that answers %s", (what, answer) => {
    const odd = answering(answer);
    Object.defineProperty(odd, "name", { value: "isOdd" });
    const odds = definePolicies<User>()({
      plain: odd,
      turned: not(odd),
      any: anyOf(isHeadmaster, odd),
      deep: anyOf(isHeadmaster, anyOf(odd)),
    });
    const { reason } = odds.explain(harry, "plain");
    expect(reason).toMatch(/^denied: isOdd answered (a promise|neither true, false nor deny)/);
    expect(odds.explain(harry, "turned").reason).toBe(reason);
    expect(odds.explain(harry, "any").reason).toContain("none of isHeadmaster, isOdd (isOdd answered ");
    expect(odds.explain(harry, "deep").reason).toContain(
      "none of isHeadmaster, anyOf(isOdd) (isOdd answered ",
    );
  });

  test("is one line, whatever the words of deny are", () => {
    const words = (text: string) =>
      definePolicies<User>()({ a: () => deny(text) }).explain(harry, "a").reason;
    expect(words("closed\r\nINFO all is well\u001b[2J\u2028\u202e!")).toBe(
      "denied: closed  INFO all is well [2J  !",
    );
    expect(words("das Tor ist zu – 🦉")).toBe("denied: das Tor ist zu – 🦉");
  });
});

describe("the name of an action without a rule", () => {
  test("is quoted when it is short and can be seen", () => {
    expect(loosely(harry, "house:burn")).toEqual({
      allowed: false,
      action: "house:burn",
      reason: 'denied: there is no policy named "house:burn"',
      steps: [],
    });
    expect(loosely(null, "constructor").reason).toBe('denied: there is no policy named "constructor"');
    expect(loosely(harry, 'a" b').reason).toBe(String.raw`denied: there is no policy named "a\" b"`);
    expect(loosely(harry, "x".repeat(64)).reason).toContain("x".repeat(64));
  });

  test.each([
    "x".repeat(65),
    "a\nINFO all is well",
    "a\u001b[2J",
    "a\u202eb",
    "a\u200bb",
    "a\u2028b",
    "a\ud800b",
    7,
    undefined,
    ["staff:view"],
    { toString: () => "staff:view" },
  ])("is left out otherwise: %o", (action) => {
    expect(loosely(harry, action)).toEqual({
      allowed: false,
      action: undefined,
      reason: "denied: there is no policy of that name",
      steps: [],
    });
  });

  test("is the application's own where there is a rule, whatever it is like", () => {
    const action = `haus:öffnen${"!".repeat(80)}`;
    const named = definePolicies<User>()({ [action]: isHeadmaster });
    expect(named.explain(dumbledore, action).action).toBe(action);
  });
});

describe("the steps", () => {
  test("are the rules that were asked, as far as they were", () => {
    expect(policies.explain(mcgonagall, "house:teach", "gryffindor").steps).toEqual([
      {
        rule: "allOf(isProfessor, anyOf(isHeadmaster, inOwnHouse))",
        allowed: true,
        reason: undefined,
        steps: [
          { rule: "isProfessor", allowed: true, reason: undefined, steps: [] },
          {
            rule: "anyOf(isHeadmaster, inOwnHouse)",
            allowed: true,
            reason: undefined,
            steps: [
              { rule: "isHeadmaster", allowed: false, reason: undefined, steps: [] },
              { rule: "inOwnHouse", allowed: true, reason: undefined, steps: [] },
            ],
          },
        ],
      },
    ]);
    const [step] = policies.explain(harry, "house:teach", "gryffindor").steps;
    expect(step?.steps.map(({ rule }) => rule)).toEqual(["isProfessor"]);
  });

  test("are the fields of a condition", () => {
    const field = (rule: string, allowed: boolean) => ({ rule, allowed, reason: undefined, steps: [] });
    expect(policies.explain(harry, "student:read", draco).steps).toEqual([
      {
        rule: "mayRead",
        allowed: false,
        reason: "house does not match",
        steps: [field("house", false)],
      },
    ]);
    expect(policies.explain(harry, "student:mark", draco).steps[0]?.steps).toEqual([
      { ...field("house and year", false), steps: [field("house", false), field("year", true)] },
      { ...field("name and year", false), steps: [field("name", false), field("year", false)] },
    ]);
  });

  test("ask each rule once, and the same ones as can", () => {
    const asked: string[] = [];
    const note = (name: string, answer: boolean) => () => (asked.push(name), answer);
    const noted = definePolicies<User>()({
      a: anyOf(
        allOf(note("a", true), note("b", false), note("c", true)),
        not(note("d", false)),
        note("e", true),
      ),
    });
    noted.can(harry, "a");
    const before = asked.splice(0);
    noted.explain(harry, "a");
    expect(asked).toEqual(before);
    expect(asked).toEqual(["a", "b", "d"]);
  });
});

describe("an explanation", () => {
  const resource = fc.record({
    id: fc.integer(),
    name: fc.constantFrom("Neville", "Draco"),
    house: fc.constantFrom("gryffindor", "slytherin", null),
    year: fc.constantFrom(1, 3, 7, null),
  });

  test("allows what can allows, and denies the rest", () => {
    const user = fc.constantFrom(dumbledore, mcgonagall, harry, null);
    const action = fc.constantFrom(
      "students:list",
      "staff:view",
      "house:teach",
      "tower:enter",
      "house:enter",
      "student:read",
      "student:mark",
      "student:find",
      "nothing",
    );
    const anything = fc.oneof(resource, fc.constantFrom("gryffindor", "slytherin", undefined, null));
    const can = policies.can as (...asked: unknown[]) => boolean;
    const explain = policies.explain as (...asked: unknown[]) => { allowed: boolean; reason: string };
    fc.assert(
      fc.property(user, action, anything, (...asked) => {
        const { allowed, reason } = explain(...asked);
        expect(allowed).toBe(can(...asked));
        expect(reason.startsWith(allowed ? "allowed: " : "denied: ")).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("holds no value of user, condition or resource", () => {
    const secretive = definePolicies<{ house: string }>()({
      read: where<{ house: string; year: number }>()((user) => [
        { house: user.house, year: 987_654 },
        { house: ["secret-b"], year: [456_789] },
      ]),
    });
    for (const house of ["secret-a", "secret-b", "secret-c"])
      for (const year of [987_654, 456_789, 555_555]) {
        const explanation = secretive.explain({ house: "secret-a" }, "read", { house, year });
        expect(JSON.stringify(explanation)).not.toMatch(/secret|987654|456789|555555/);
      }
  });
});
