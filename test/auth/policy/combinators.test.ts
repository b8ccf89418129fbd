import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allOf, anyOf, definePolicies, deny, not, where, type Verdict } from "../../../src/auth/policy.ts";
import { answering, configError, harry, isHeadmaster, nonAnswers, type User } from "./school.ts";

type PlainRule = (user: User) => Verdict;

function allows(rule: PlainRule): boolean {
  return definePolicies<User>()({ action: rule }).can(harry, "action");
}

const yes: PlainRule = () => true;
const no: PlainRule = () => false;
const because: PlainRule = () => deny("it is late");

describe("anyOf", () => {
  test("allows what one rule allows", () => {
    expect(allows(anyOf(no, because, yes))).toBe(true);
    expect(allows(anyOf(no, because, no))).toBe(false);
  });

  test("asks no further than it has to", () => {
    const asked: string[] = [];
    const note = (name: string, answer: boolean) => () => (asked.push(name), answer);
    allows(anyOf(note("a", false), note("b", true), note("c", true)));
    expect(asked).toEqual(["a", "b"]);
  });
});

describe("allOf", () => {
  test("allows what every rule allows", () => {
    expect(allows(allOf(yes, yes))).toBe(true);
    expect(allows(allOf(yes, no))).toBe(false);
    expect(allows(allOf(because, yes))).toBe(false);
  });

  test("asks no further than it has to", () => {
    const asked: string[] = [];
    const note = (name: string, answer: boolean) => () => (asked.push(name), answer);
    allows(allOf(note("a", true), note("b", false), note("c", true)));
    expect(asked).toEqual(["a", "b"]);
  });
});

describe("not", () => {
  test("allows what a rule denies, also with a reason", () => {
    expect(allows(not(no))).toBe(true);
    expect(allows(not(because))).toBe(true);
    expect(allows(not(yes))).toBe(false);
    expect(allows(not(not(yes)))).toBe(true);
  });
});

describe.each(nonAnswers)("a rule that answers %s", (_what, answer) => {
  const odd = answering(answer);

  test("allows nothing, turned around or not, within whatever it stands", () => {
    for (const rule of [
      odd,
      anyOf(odd),
      anyOf(no, odd, no),
      allOf(odd),
      allOf(yes, odd),
      not(odd),
      not(not(odd)),
      not(anyOf(odd)),
      not(anyOf(odd, no)),
      not(anyOf(no, odd)),
      not(allOf(odd)),
      not(allOf(yes, odd)),
      not(allOf(odd, yes)),
      anyOf(no, not(anyOf(no, not(odd)))),
      allOf(yes, not(odd)),
    ])
      expect(allows(rule)).toBe(false);
  });

  test("does not keep another from deciding", () => {
    expect(allows(anyOf(odd, yes))).toBe(true);
    expect(allows(not(anyOf(odd, yes)))).toBe(false);
    expect(allows(not(allOf(no, odd)))).toBe(true);
  });
});

/** A rule in words: `odd` is one that answers neither yes nor no. */
type Tree =
  | "yes"
  | "no"
  | "because"
  | "odd"
  | { readonly kind: "anyOf" | "allOf" | "not"; readonly parts: Tree[] };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Tree>("yes", "no", "because", "odd"),
    fc.record({
      kind: fc.constantFrom("anyOf" as const, "allOf" as const),
      parts: fc.array(tie("tree"), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant("not" as const), parts: fc.tuple(tie("tree")) }),
  ),
}));

function build(rule: Tree): PlainRule {
  if (typeof rule === "string") return { yes, no, because, odd: answering(Promise.resolve(true)) }[rule];
  const [first, ...others] = rule.parts.map(build);
  if (rule.kind === "not") return not(first!);
  return rule.kind === "anyOf" ? anyOf(first!, ...others) : allOf(first!, ...others);
}

/** What a rule may come to if an odd answer could as well have been a yes or a no. */
function outcomes(rule: Tree): Set<boolean> {
  if (rule === "odd") return new Set([true, false]);
  if (typeof rule === "string") return new Set([rule === "yes"]);
  const parts = rule.parts.map(outcomes);
  if (rule.kind === "not") return new Set([...parts[0]!].map((outcome) => !outcome));
  const strong = rule.kind === "anyOf";
  const result = new Set<boolean>();
  if (parts.some((part) => part.has(strong))) result.add(strong);
  if (parts.every((part) => part.has(!strong))) result.add(!strong);
  return result;
}

describe("rules within rules", () => {
  test("allow only what they allow whatever an odd answer was meant to be", () => {
    fc.assert(
      fc.property(tree, (rule) => {
        fc.pre(outcomes(rule).has(false));
        expect(allows(build(rule))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test("are logic where every answer is a yes or a no", () => {
    const plain = tree.filter((rule) => !JSON.stringify(rule).includes("odd"));
    fc.assert(
      fc.property(plain, (rule) => {
        expect([allows(build(rule))]).toEqual([...outcomes(rule)]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("combinators that cannot work", () => {
  const loose = { anyOf, allOf, not } as unknown as Record<string, (...rules: unknown[]) => unknown>;

  test.each(["anyOf", "allOf", "not"])("are refused without a rule: %s", (name) => {
    // All of an empty list of rules would be everything.
    expect(() => loose[name]!()).toThrow(configError(name));
  });

  test.each(["anyOf", "allOf", "not"])("are refused with what is no function: %s", (name) => {
    for (const part of [undefined, null, true, "isHeadmaster", {}, where()(() => true)])
      expect(() => loose[name]!(part)).toThrow(configError(name, "rule 1"));
  });

  test("name the rule that is none", () => {
    expect(() => loose["allOf"]!(isHeadmaster, isHeadmaster, undefined)).toThrow(
      configError("rule 3 of allOf"),
    );
  });
});
