import type { ExplanationStep } from "./combination.ts";
import { meets, type Alternatives, type Requirement } from "./condition.ts";

/** Says which fields of a resource match what a condition wants of them. No value appears. */
export function explainCondition(
  resource: object,
  alternatives: Alternatives,
): Pick<ExplanationStep, "reason" | "steps"> {
  const tried = alternatives.map((requirements) => explainAlternative(resource, requirements));
  const met = tried.find((alternative) => alternative.allowed);
  if (met !== undefined) return { reason: matching(met.steps, true), steps: met.steps };
  const [only, ...others] = tried;
  if (only === undefined) return { reason: "the list of conditions is empty", steps: [] };
  if (others.length > 0)
    return { reason: `none of ${tried.map((each) => each.rule).join(", ")} match`, steps: tried };
  const { steps } = only;
  return {
    reason: matching(
      steps.filter((step) => !step.allowed),
      false,
    ),
    steps,
  };
}

function explainAlternative(resource: object, requirements: readonly Requirement[]): ExplanationStep {
  const steps = requirements.map((requirement) => ({
    rule: requirement.field,
    allowed: meets(resource, requirement),
    reason: undefined,
    steps: [],
  }));
  const allowed = steps.every((step) => step.allowed);
  return { rule: steps.map((step) => step.rule).join(" and "), allowed, reason: undefined, steps };
}

function matching(fields: readonly ExplanationStep[], positive: boolean): string {
  const names = fields.map((field) => field.rule).join(" and ");
  const [one, many] = positive ? ["matches", "match"] : ["does not match", "do not match"];
  return `${names} ${fields.length === 1 ? one : many}`;
}
