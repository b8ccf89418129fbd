import { evaluate, first } from "./evaluate.ts";
import type { Frame } from "./frame.ts";
import { before, maybe, type Step } from "./step.ts";
import type { Node, NodeOf } from "./syntax.ts";

/** Whether all that a function does is harmless: `undefined` if so, else what is not. */
export function settleFunction(frame: Frame): Step {
  const { params, body } = frame.fn;
  return (
    first(params, (parameter) => evaluatePattern(parameter, frame)) ??
    (body.type === "BlockStatement" ? settle(body, frame, true) : evaluate(body, frame))
  );
}

/**
 * Goes through a statement that is no guard's: declarations, checks, and what is thrown.
 *
 * @param answers - Whether it may return, too.
 */
export function settle(statement: Node, frame: Frame, answers: boolean): Step {
  switch (statement.type) {
    case "EmptyStatement":
    case "FunctionDeclaration":
      return undefined;
    case "ExpressionStatement":
      return typeof statement.directive === "string" ? undefined : evaluate(statement.expression, frame);
    case "VariableDeclaration":
      return first(statement.declarations, (one) => settleVariable(one, statement.kind, frame));
    case "BlockStatement":
      return first(statement.body, (one) => settle(one, frame, answers));
    case "IfStatement":
      return (
        evaluate(statement.test, frame, true) ??
        maybe(settle(statement.consequent, frame, answers)) ??
        maybe(statement.alternate === null ? undefined : settle(statement.alternate, frame, answers))
      );
    case "ThrowStatement":
      return evaluate(statement.argument, frame);
    case "ReturnStatement":
      if (!answers) return before("return", statement);
      return statement.argument === null ? undefined : evaluate(statement.argument, frame);
    default:
      return isType(statement) ? undefined : before(STATEMENTS[statement.type] ?? "code", statement);
  }
}

const STATEMENTS: Readonly<Record<string, string>> = {
  ForStatement: "loop",
  ForInStatement: "loop",
  ForOfStatement: "loop",
  WhileStatement: "loop",
  DoWhileStatement: "loop",
  SwitchStatement: "switch",
  TryStatement: "try",
  ClassDeclaration: "class",
};

function isType({ type }: { readonly type: string }): boolean {
  return (
    type === "TSTypeAliasDeclaration" || type === "TSInterfaceDeclaration" || type === "TSDeclareFunction"
  );
}

export function settleVariable({ id, init }: NodeOf<"VariableDeclarator">, kind: string, frame: Frame): Step {
  // What is declared with `using` is called when it goes out of scope.
  if (kind.endsWith("using")) return before("using", id);
  return (init === null ? undefined : evaluate(init, frame)) ?? evaluatePattern(id, frame);
}

/** Goes through what is evaluated when something is taken apart: defaults, and computed names. */
export function evaluatePattern(pattern: Node, frame: Frame): Step {
  switch (pattern.type) {
    case "Identifier":
      return undefined;
    case "AssignmentPattern":
      return maybe(evaluate(pattern.right, frame)) ?? evaluatePattern(pattern.left, frame);
    case "RestElement":
      return evaluatePattern(pattern.argument, frame);
    case "ArrayPattern":
      return first(pattern.elements, (element) => evaluatePattern(element, frame));
    case "ObjectPattern":
      return first(pattern.properties, (property) =>
        property.type === "Property"
          ? ((property.computed ? maybe(evaluate(property.key, frame)) : undefined) ??
            evaluatePattern(property.value, frame))
          : evaluatePattern(property, frame),
      );
    default:
      return before("code", pattern);
  }
}
