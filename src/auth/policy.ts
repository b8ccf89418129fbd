import { SessionError } from "../core/errors.ts";
import { isPlainObject } from "../core/json.ts";
import type { AnyResource } from "./policy/condition.ts";
import {
  explainDenial,
  explainRule,
  explainUnknown,
  type Explanation,
  type PolicyRule,
} from "./policy/explain.ts";
import type { ConditionBuilder } from "./policy/filter.ts";
import type { Rule } from "./policy/rule.ts";
import { ConditionRule } from "./policy/where.ts";

export type { ExplanationStep } from "./policy/combination.ts";
export { allOf, anyOf, not, type CombinedRule } from "./policy/combinators.ts";
export type { Condition } from "./policy/condition.ts";
export type { Explanation } from "./policy/explain.ts";
export type { ConditionBuilder } from "./policy/filter.ts";
export { deny, type Denial, type Rule, type Verdict } from "./policy/rule.ts";
export { where, type ConditionAnswer, type ConditionRule } from "./policy/where.ts";

/** The rule of each action. */
export type PolicyRules<User> = Readonly<Record<string, Rule<User> | ConditionRule<User, never>>>;

/** What has to be said of the resource for an action with this rule: nothing, or what the rule takes. */
export type ResourceArguments<ItsRule> = [ItsRule] extends [ConditionRule<never, infer Resource>]
  ? [resource: Resource]
  : [ItsRule] extends [(user: never, ...resource: infer Arguments) => unknown]
    ? FirstOf<Arguments>
    : never;

type FirstOf<Arguments extends readonly unknown[]> = Arguments extends readonly []
  ? []
  : Arguments extends readonly [unknown, ...unknown[]]
    ? [resource: Arguments[0]]
    : [resource?: Arguments[0]];

/** The actions whose rules are made by `where`. */
export type FilterableAction<Rules> = {
  [Action in keyof Rules & string]: Rules[Action] extends ConditionRule<never, never> ? Action : never;
}[keyof Rules & string];

/** Who may do what: each action with its rule. Whatever no rule allows is denied. */
export interface Policies<User, Rules extends PolicyRules<User>> {
  /**
   * Tells whether a user may do something.
   *
   * @param user - `null` or `undefined` for nobody, who may do nothing.
   * @param resource - What to do it with, where the rule takes one.
   * @returns `true` if the rule answered exactly that.
   * @throws what the rule throws, and `SessionError` `ERR_SESSION_CONFIG` when it answers a condition that
   *   cannot be meant.
   * @see OWASP ASVS 5.0 8.2.1, 8.2.2
   */
  readonly can: <Action extends keyof Rules & string>(
    user: User | null | undefined,
    action: Action,
    ...resource: ResourceArguments<Rules[Action]>
  ) => boolean;
  /**
   * Tells why `can` answers what it answers, for a log.
   *
   * @throws what `can` throws.
   * @see OWASP ASVS 5.0 16.3.2
   */
  readonly explain: <Action extends keyof Rules & string>(
    user: User | null | undefined,
    action: Action,
    ...resource: ResourceArguments<Rules[Action]>
  ) => Explanation;
  /**
   * Makes the policy a condition of a query: it selects the rows of which `can` is true.
   *
   * @param action - One whose rule is made by `where`.
   * @param builder - How the application's query builder says it.
   * @returns what the builder made; of `builder.none()` when the user may have none.
   * @throws what the rule throws, and `SessionError` `ERR_SESSION_CONFIG` when there is no such rule, or it
   *   answers a condition that cannot be meant.
   * @see OWASP ASVS 5.0 8.2.2
   */
  readonly filter: <Action extends FilterableAction<Rules>, Expression>(
    user: User | null | undefined,
    action: Action,
    builder: ConditionBuilder<ResourceArguments<Rules[Action]>[0], Expression>,
  ) => Expression;
}

/**
 * Defines who may do what: `definePolicies<User>()({ "students:list": anyOf(isHeadmaster, inOwnHouse) })`. An
 * action's rule is a function of the user, and of a resource if it takes one, or made by `where`.
 *
 * @returns what takes the rules and answers the policies.
 * @throws SessionError `ERR_SESSION_CONFIG` when a rule is neither, naming its action.
 * @see OWASP ASVS 5.0 8.1.1, 8.3.1
 */
export function definePolicies<User>(): <const Rules extends PolicyRules<User>>(
  rules: Rules,
) => Policies<User, Rules> {
  return <const Rules extends PolicyRules<User>>(rules: Rules) =>
    policiesOf(checkRules(rules)) as Policies<User, Rules>;
}

/** The policies without their types. `can` takes no rest parameter, which would be an array at every call. */
function policiesOf(rules: ReadonlyMap<string, PolicyRule>) {
  return {
    can(user: unknown, action: string, resource: unknown): boolean {
      const rule = rules.get(action);
      if (rule === undefined || isNobody(user)) return false;
      return (typeof rule === "function" ? rule(user, resource) : rule.decide(user, resource)) === true;
    },

    explain(user: unknown, action: string, resource: unknown): Explanation {
      const rule = rules.get(action);
      if (rule === undefined) return explainUnknown(action);
      if (isNobody(user)) return explainDenial(action, "nobody is logged in");
      return explainRule(rule, user, action, resource);
    },

    filter<Expression>(
      user: unknown,
      action: string,
      builder: ConditionBuilder<AnyResource, Expression>,
    ): Expression {
      const rule = rules.get(action);
      if (!(rule instanceof ConditionRule))
        throw new SessionError(
          "ERR_SESSION_CONFIG",
          "Wrong policy: only an action whose rule is made by where() can be a filter.",
        );
      return isNobody(user) ? builder.none() : rule.filter(user, builder);
    },
  };
}

function isNobody(user: unknown): boolean {
  return user === null || user === undefined;
}

/** @returns a map, which has no names but those it was given. */
function checkRules(rules: unknown): ReadonlyMap<string, PolicyRule> {
  if (!isPlainObject(rules))
    throw new SessionError("ERR_SESSION_CONFIG", "Wrong policies: the rules must be a plain object.");
  const checked = new Map<string, PolicyRule>();
  for (const [action, rule] of Object.entries(rules)) {
    if (typeof rule !== "function" && !(rule instanceof ConditionRule))
      throw new SessionError(
        "ERR_SESSION_CONFIG",
        `Wrong policies: the rule of ${action} must be a function or made by where().`,
      );
    checked.set(action, rule as PolicyRule);
  }
  return checked;
}
