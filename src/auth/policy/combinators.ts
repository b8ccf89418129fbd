import { SessionError } from "../../core/errors.ts";
import { ask, combine, type AnyRule, type Combination, type Decide } from "./combination.ts";
import { isDenied, type Rule, type Verdict } from "./rule.ts";

/** The rules that a combinator takes, one for each of the resources. */
export type RulesFor<User, Resources extends readonly unknown[]> = {
  [Index in keyof Resources]: Rule<User, Resources[Index]>;
} & readonly Rule<User>[];

/** A rule for what is a resource of all the rules at once; without one where none of them takes any. */
export type CombinedRule<User, Resources extends readonly unknown[]> = (
  user: User,
  ...resource: ArgumentsFor<Common<Resources>>
) => Verdict;

/** Inferred where it has to be given to every one of these functions, so that a union stays one. */
type Common<Resources extends readonly unknown[]> = {
  [Index in keyof Resources]: (resource: Resources[Index]) => void;
}[number] extends (resource: infer Resource) => void
  ? Resource
  : never;

/** `any` first: it is `unknown` as well, and yet somebody wants a resource. */
type ArgumentsFor<Resource> = 0 extends 1 & Resource
  ? [resource: Resource]
  : unknown extends Resource
    ? []
    : undefined extends Resource
      ? [resource?: Resource]
      : [resource: Resource];

/**
 * Allows what one of the rules allows. They are asked in order, until one does.
 *
 * @returns a rule, named after its parts.
 * @throws SessionError `ERR_SESSION_CONFIG` when there is no rule, or one is not a function.
 */
export function anyOf<User, Resources extends readonly unknown[]>(
  ...rules: RulesFor<User, Resources>
): CombinedRule<User, Resources> {
  return combineAll("anyOf", rules, decideAnyOf) as CombinedRule<User, Resources>;
}

/**
 * Allows what each of the rules allows. They are asked in order, until one does not.
 *
 * @returns a rule, named after its parts.
 * @throws SessionError `ERR_SESSION_CONFIG` when there is no rule, or one is not a function.
 */
export function allOf<User, Resources extends readonly unknown[]>(
  ...rules: RulesFor<User, Resources>
): CombinedRule<User, Resources> {
  return combineAll("allOf", rules, decideAllOf) as CombinedRule<User, Resources>;
}

/**
 * Allows what the rule denies by `false` or `deny(…)`. An answer that is none, such as a promise, is a denial here too.
 *
 * @returns a rule, named after its part.
 * @throws SessionError `ERR_SESSION_CONFIG` when it is not a function.
 */
export function not<User, Resources extends readonly [unknown]>(
  ...rule: RulesFor<User, Resources>
): CombinedRule<User, Resources> {
  return combineAll("not", rule, decideNot) as CombinedRule<User, Resources>;
}

const decideAnyOf: Decide = (parts, user, resource, steps) => {
  let denial: unknown = false;
  for (const part of parts) {
    const answer = ask(part, user, resource, steps);
    if (answer === true) return true;
    // What is no answer must stay none, or a `not` around this would make a yes of it.
    if (!isDenied(answer)) denial = answer;
  }
  return denial;
};

const decideAllOf: Decide = (parts, user, resource, steps) => {
  for (const part of parts) {
    const answer = ask(part, user, resource, steps);
    if (answer !== true) return answer;
  }
  return true;
};

const decideNot: Decide = ([part], user, resource, steps) => {
  const answer = ask(part!, user, resource, steps);
  if (answer === true) return false;
  return isDenied(answer) ? true : answer;
};

/** Combines rules of any types, which the combinators know. */
function combineAll(kind: Combination["kind"], rules: readonly unknown[], decide: Decide): AnyRule {
  // All of no rules would be everything.
  if (rules.length === 0)
    throw new SessionError("ERR_SESSION_CONFIG", `Wrong policy: ${kind} takes at least one rule.`);
  const wrong = rules.findIndex((rule) => typeof rule !== "function");
  if (wrong !== -1)
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      `Wrong policy: rule ${wrong + 1} of ${kind} must be a function; where() makes none, its function can answer a list.`,
    );
  return combine({ kind, parts: rules as readonly AnyRule[], decide });
}
