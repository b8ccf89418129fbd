import type { Alternatives, AnyResource, ConditionField, ConditionValue, Requirement } from "./condition.ts";

/**
 * What makes expressions of a query builder out of a condition. Field names are those that the policy's own code has
 * written; values are to be bound as parameters. A column that compares less strictly than JavaScript, such as one that
 * ignores case, selects more than `can` allows.
 *
 * With Kysely:
 *
 * ```ts
 * db.selectFrom("students").selectAll().where((eb) =>
 *   policies.filter(user, "student:read", {
 *     all: () => eb.and([]),
 *     none: () => eb.or([]),
 *     equals: (field, value) => eb(field, "=", value),
 *     in: (field, values) => eb(field, "in", values),
 *     isNull: (field) => eb(field, "is", null),
 *     and: (parts) => eb.and(parts),
 *     or: (parts) => eb.or(parts),
 *   }),
 * );
 * ```
 */
export interface ConditionBuilder<Resource, Expression> {
  /** What is true of every row. */
  all(): Expression;
  /** What is true of no row. */
  none(): Expression;
  /** The value, which is never null. */
  equals(field: ConditionField<Resource>, value: ConditionValue<Resource>): Expression;
  /** One of the values, of which there are two or more, and none of them null. */
  in(field: ConditionField<Resource>, values: readonly ConditionValue<Resource>[]): Expression;
  isNull(field: ConditionField<Resource>): Expression;
  /** Each of the parts, of which there are two or more. */
  and(parts: readonly Expression[]): Expression;
  /** One of the parts at least, of which there are two or more. */
  or(parts: readonly Expression[]): Expression;
}

/** Builds a checked condition. What needs no `and` or `or` gets none. */
export function buildCondition<Expression>(
  alternatives: Alternatives,
  builder: ConditionBuilder<AnyResource, Expression>,
): Expression {
  return oneOf(
    alternatives.map((requirements) => {
      const parts = requirements.map((requirement) => buildRequirement(requirement, builder));
      return parts.length === 1 ? parts[0]! : builder.and(parts);
    }),
    builder,
  );
}

function buildRequirement<Expression>(
  { field, values, orNull }: Requirement,
  builder: ConditionBuilder<AnyResource, Expression>,
): Expression {
  const parts: Expression[] = [];
  if (values.length === 1) parts.push(builder.equals(field, values[0]!));
  if (values.length > 1) parts.push(builder.in(field, values));
  // In SQL, `in` never finds null.
  if (orNull) parts.push(builder.isNull(field));
  return oneOf(parts, builder);
}

function oneOf<Expression>(
  parts: readonly Expression[],
  builder: ConditionBuilder<AnyResource, Expression>,
): Expression {
  if (parts.length === 0) return builder.none();
  return parts.length === 1 ? parts[0]! : builder.or(parts);
}
