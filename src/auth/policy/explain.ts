import { ask, combinationOf, UNSEEN, type AnyRule, type ExplanationStep } from "./combination.ts";
import { ConditionRule } from "./where.ts";

/** What was decided, and why: for logs and for tests, not for visitors. It holds no field's value. */
export interface Explanation {
  /** What `can` answers. */
  readonly allowed: boolean;
  /**
   * The action; `undefined` when there is no policy of that name, and the name is none that should be written
   * anywhere.
   */
  readonly action: string | undefined;
  /** One sentence, such as `denied: none of isHeadmaster, inOwnHouse`. */
  readonly reason: string;
  /** The rule, and within it what it asked; empty when no rule had to be asked. */
  readonly steps: readonly ExplanationStep[];
}

/** A rule of any kind, without its types. */
export type PolicyRule = AnyRule | ConditionRule<unknown, unknown>;

/** Explains an action that has a rule, by asking it as `can` does. */
export function explainRule(rule: PolicyRule, user: unknown, action: string, resource: unknown): Explanation {
  const steps: ExplanationStep[] = [];
  if (rule instanceof ConditionRule) rule.decide(user, resource, steps);
  else ask(rule, user, resource, steps);
  const step = steps[0]!;
  const reason = rule instanceof ConditionRule ? clauseOf(step) : combinedClauseOf(rule, step);
  return {
    allowed: step.allowed,
    action,
    reason: `${step.allowed ? "allowed" : "denied"}: ${reason}`,
    steps,
  };
}

/** Explains a denial for which no rule had to be asked. */
export function explainDenial(action: string | undefined, why: string): Explanation {
  return { allowed: false, action, reason: `denied: ${why}`, steps: [] };
}

const MAX_QUOTED = 64;

/**
 * Explains that an action has no rule. Its name may be a visitor's, so a long one and what cannot be seen is
 * left out.
 */
export function explainUnknown(action: unknown): Explanation {
  if (typeof action !== "string" || action.length > MAX_QUOTED || UNSEEN.test(action))
    return explainDenial(undefined, "there is no policy of that name");
  return explainDenial(action, `there is no policy named ${JSON.stringify(action)}`);
}

function clauseOf(step: ExplanationStep): string {
  return step.reason ?? `${step.rule} is ${step.allowed}`;
}

/** What decided, in the words of the part that did. */
function combinedClauseOf(rule: AnyRule, step: ExplanationStep): string {
  const combination = combinationOf(rule);
  if (combination === undefined) return clauseOf(step);
  const { kind, parts } = combination;
  // As far as they were asked: the last one is the one that decided.
  const last = step.steps.length - 1;
  const decisive = combinedClauseOf(parts[last]!, step.steps[last]!);
  if (kind === "not") return decisive;
  if ((kind === "anyOf") === step.allowed) return decisive;
  const names = step.steps.map((part) =>
    [part.rule, ...wordsOfDenials(part).map((words) => `(${words})`)].join(" "),
  );
  return `${kind === "anyOf" ? "none" : "all"} of ${names.join(", ")}`;
}

/** What was said within a step by whoever denied. */
function wordsOfDenials({ allowed, reason, steps }: ExplanationStep): readonly string[] {
  if (allowed) return [];
  return reason === undefined ? steps.flatMap(wordsOfDenials) : [reason];
}
