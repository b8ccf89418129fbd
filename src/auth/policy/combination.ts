import { Denial, isDenied } from "./rule.ts";

/** A rule as it is called: what it really takes and answers is known only when it has. */
export type AnyRule = (user: unknown, resource: unknown) => unknown;

/** One rule, or one field of a condition, and what came of it. */
export interface ExplanationStep {
  /** Name of the function, `anyOf(…)` and its like with the names of their parts, or the field of a condition. */
  readonly rule: string;
  readonly allowed: boolean;
  /**
   * What there is to say beside that: the words of `deny`, what was wrong with the answer, which fields of a
   * condition match.
   */
  readonly reason: string | undefined;
  /** What it asked in turn, in that order, as far as it had to. */
  readonly steps: readonly ExplanationStep[];
}

/** How a combinator decides. It asks its parts by {@link ask} and hands `steps` on. */
export type Decide = (
  parts: readonly AnyRule[],
  user: unknown,
  resource: unknown,
  steps: ExplanationStep[] | undefined,
) => unknown;

/** What `explain` needs to know of a rule that a combinator made. */
export interface Combination {
  readonly kind: "anyOf" | "allOf" | "not";
  readonly parts: readonly AnyRule[];
  readonly decide: Decide;
}

const combinations = new WeakMap<AnyRule, Combination>();

/** Makes the function that a combinator answers, named after its parts, and remembers them. */
export function combine(combination: Combination): AnyRule {
  const { kind, parts, decide } = combination;
  const rule: AnyRule = (user, resource) => decide(parts, user, resource, undefined);
  Object.defineProperty(rule, "name", { value: `${kind}(${parts.map(nameOf).join(", ")})` });
  combinations.set(rule, combination);
  return rule;
}

/** @returns the parts of a rule and how it is made of them, or `undefined` for a plain function. */
export function combinationOf(rule: AnyRule): Combination | undefined {
  return combinations.get(rule);
}

/** The name of a rule's function. */
export function nameOf(rule: AnyRule): string {
  return rule.name || "an unnamed rule";
}

/** Asks one rule and, where `steps` are kept, notes what came of it. The decision is the same either way. */
export function ask(
  rule: AnyRule,
  user: unknown,
  resource: unknown,
  steps: ExplanationStep[] | undefined,
): unknown {
  if (steps === undefined) return rule(user, resource);
  const combination = combinations.get(rule);
  const within: ExplanationStep[] = [];
  const answer =
    combination === undefined
      ? rule(user, resource)
      : combination.decide(combination.parts, user, resource, within);
  const name = nameOf(rule);
  // What a combination has to say, its parts have said.
  const reason = combination === undefined ? wordsOf(answer, name) : undefined;
  steps.push({ rule: name, allowed: answer === true, reason, steps: within });
  return answer;
}

/** What cannot be seen or would break the line of a log. */
export const UNSEEN: RegExp = /[\p{C}\p{Zl}\p{Zp}]/u;
const ALL_UNSEEN = new RegExp(UNSEEN, "gu");

/** What an answer says beside yes or no. */
export function wordsOf(answer: unknown, name: string): string | undefined {
  if (answer instanceof Denial) return answer.reason.replace(ALL_UNSEEN, " ");
  if (answer === true || isDenied(answer)) return undefined;
  return answer instanceof Promise
    ? `${name} answered a promise, and a rule has to answer at once`
    : `${name} answered neither true, false nor deny(…)`;
}
