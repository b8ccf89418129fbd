import { awaitedCallOf, unwrap, type Node, type NodeOf } from "./syntax.ts";

/** What may stand for the visitor in a check: a variable, or the awaited call that answers who it is. */
export interface Subject {
  readonly node: NodeOf<"Identifier"> | NodeOf<"AwaitExpression">;
  /** What the check holds for: whatever tells nobody from somebody, `null` alone, or an outcome that is not ok. */
  readonly holdsFor: "nothing" | "null" | "not ok";
}

/**
 * Finds whom a condition is about that certainly holds when there is nobody: `!user`, `user == null`, `user === null`,
 * `user?.role !== "staff"`, `!outcome.ok`, or one of these and then `|| …`.
 *
 * @returns `undefined` for every other condition.
 */
export function negativeCheck(condition: Node): Subject | undefined {
  const test = unwrap(condition);
  if (test.type === "LogicalExpression") return test.operator === "||" ? negativeCheck(test.left) : undefined;
  if (test.type === "UnaryExpression") return test.operator === "!" ? subjectOf(test.argument) : undefined;
  if (test.type !== "BinaryExpression") return undefined;
  const other = unwrap(test.right);
  const isNull = other.type === "Literal" && other.raw === "null";
  if (test.operator === "===" && isNull) return exactly(test.left, "null");
  if (test.operator === "==" && (isNull || (other.type === "Identifier" && other.name === "undefined")))
    return exactly(test.left, "nothing");
  // A member of nobody is undefined or an error, and never this value.
  const isValue = other.type === "Literal" && (typeof other.value === "string" || other.value === true);
  const isMember = memberOf(test.left) !== undefined;
  return test.operator.startsWith("!=") && isValue && isMember ? subjectOf(test.left) : undefined;
}

/** The subject of which a member, or the whole, is asked. */
function subjectOf(node: Node): Subject | undefined {
  const member = memberOf(node);
  const isOk = member !== undefined && unwrap(member.object).type !== "MemberExpression" && isNamedOk(member);
  return exactly(rootOf(node), isOk ? "not ok" : "nothing");
}

function exactly(node: Node, holdsFor: Subject["holdsFor"]): Subject | undefined {
  const bare = unwrap(node);
  if (bare.type === "Identifier") return { node: bare, holdsFor };
  return bare.type === "AwaitExpression" && awaitedCallOf(bare) !== undefined
    ? { node: bare, holdsFor }
    : undefined;
}

function memberOf(node: Node): NodeOf<"MemberExpression"> | undefined {
  const bare = unwrap(node);
  if (bare.type === "ChainExpression") return memberOf(bare.expression);
  return bare.type === "MemberExpression" ? bare : undefined;
}

function isNamedOk({ property, computed }: NodeOf<"MemberExpression">): boolean {
  return !computed && property.type === "Identifier" && property.name === "ok";
}

/** What stands at the beginning of `user?.house.name` or `user.can("…")`. */
function rootOf(node: Node): Node {
  const bare = unwrap(node);
  if (bare.type === "ChainExpression") return rootOf(bare.expression);
  // A key that is computed is computed for nobody, too.
  if (bare.type === "MemberExpression") return bare.computed ? bare : rootOf(bare.object);
  return bare.type === "CallExpression" ? rootOf(bare.callee) : bare;
}
