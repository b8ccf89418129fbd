import { SessionError } from "../../core/errors.ts";
import { wordsOf, type ExplanationStep } from "./combination.ts";
import { alternativesOf, meetsAny, type AnyResource, type Condition } from "./condition.ts";
import { explainCondition } from "./explain-condition.ts";
import { buildCondition, type ConditionBuilder } from "./filter.ts";
import type { Verdict } from "./rule.ts";

/**
 * What the function of {@link where} answers: yes or no for every resource, a condition, or several, one of
 * which has to be met.
 */
export type ConditionAnswer<Resource> = Verdict | Condition<Resource> | readonly Condition<Resource>[];

/** A rule that depends on the fields of its resource, so that it can be a filter as well; {@link where} makes it. */
export class ConditionRule<User, Resource> {
  readonly #answer: (user: User) => unknown;

  constructor(answer: (user: User) => ConditionAnswer<Resource>) {
    this.#answer = answer;
  }

  /**
   * Decides for one resource, and notes how where `steps` are kept. What is no object is nothing that could
   * be allowed.
   */
  decide(user: User, resource: Resource, steps?: ExplanationStep[]): boolean {
    const answer = this.#answer(user);
    const alternatives = alternativesOf(answer);
    const there = typeof resource === "object" && resource !== null;
    const allowed =
      there && (alternatives === undefined ? answer === true : meetsAny(resource, alternatives));
    if (steps !== undefined) {
      const rule = this.#answer.name || "the condition";
      if (!there) steps.push({ rule, allowed, reason: "there is no resource", steps: [] });
      else if (alternatives === undefined)
        steps.push({ rule, allowed, reason: wordsOf(answer, rule), steps: [] });
      else steps.push({ rule, allowed, ...explainCondition(resource, alternatives) });
    }
    return allowed;
  }

  /** The same decision for every resource at once, in the words of a query builder. */
  filter<Expression>(user: User, builder: ConditionBuilder<AnyResource, Expression>): Expression {
    const answer = this.#answer(user);
    if (answer === true) return builder.all();
    const alternatives = alternativesOf(answer);
    return alternatives === undefined ? builder.none() : buildCondition(alternatives, builder);
  }
}

/**
 * Makes a rule of a function that answers which resources the user may have, rather than whether it may be
 * this one: `where<Student>()((user) => isHeadmaster(user) || { teacherId: user.id })`. `can` compares the
 * fields, each an own property, by `===`; `filter` makes a query of them. `null` is equal to `null`: where the
 * user can lack a value, answer `false` then.
 *
 * @returns what takes the function and answers the rule. Its answer `true` allows every resource; a condition
 *   those that meet it; a list of conditions those that meet one of them; anything else none.
 * @throws SessionError `ERR_SESSION_CONFIG` when it is not a function. `can`, `explain` and `filter` throw it
 *   for a condition that cannot be meant: without a field, with a value that is `undefined` or not
 *   comparable.
 */
export function where<Resource>(): <User>(
  answer: (user: User) => ConditionAnswer<Resource>,
) => ConditionRule<User, Resource> {
  return (answer) => {
    if (typeof answer !== "function")
      throw new SessionError("ERR_SESSION_CONFIG", "Wrong policy: where() must be given a function.");
    return new ConditionRule(answer);
  };
}
