import type { Frame, FunctionMeaning } from "./frame.ts";
import { isHarmlessCall, isHarmlessClass, isHarmlessName } from "./harmless.ts";
import type { Meaning } from "./meaning.ts";
import { before, maybe, open, placeOf, type Guarded, type Nobody, type Step } from "./step.ts";
import { callOf, keyName, unwrap, type Node, type NodeOf } from "./syntax.ts";

type Call = NodeOf<"CallExpression">;
/** What becomes of what a call answers: it is waited for, it is the function's answer, or something else. */
type Use = "awaited" | "returned" | "other";

/**
 * The members of a guard, and of a login, that let nobody on who is not logged in. Those of a login throw nothing: they
 * answer an outcome that is not ok.
 */
const GUARDS = {
  guard: new Set(["requireUser", "requireFresh", "authorize"]),
  login: new Set(["confirm", "changePassword"]),
};
/** Names of which a reader expects that they guard. */
export const GUARD_NAMES: ReadonlySet<string> = GUARDS.guard;

/**
 * Goes through an expression in the order in which it is evaluated, up to the first thing that matters.
 *
 * @param free - Whether every name may be read, because what is read does not leave the function.
 */
export function evaluate(node: Node, frame: Frame, free = false): Step {
  const expression = unwrap(node);
  const go = (part: Node) => evaluate(part, frame, free);
  switch (expression.type) {
    case "Literal":
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return undefined;
    case "Identifier":
      return free || isHarmlessName(expression, frame)
        ? undefined
        : before(`use of ${expression.name}`, expression);
    case "TemplateLiteral":
    case "SequenceExpression":
      return first(expression.expressions, go);
    case "ArrayExpression":
      return first(expression.elements, go);
    case "ObjectExpression":
      return first(expression.properties, go);
    case "Property":
      return (expression.computed ? go(expression.key) : undefined) ?? go(expression.value);
    case "SpreadElement":
    case "ChainExpression":
      return go(expression.type === "SpreadElement" ? expression.argument : expression.expression);
    case "UnaryExpression":
      return (
        go(expression.argument) ?? (expression.operator === "delete" ? before("delete", node) : undefined)
      );
    case "BinaryExpression":
      return go(expression.left) ?? go(expression.right);
    case "LogicalExpression":
      return go(expression.left) ?? maybe(go(expression.right));
    case "ConditionalExpression":
      return (
        evaluate(expression.test, frame, true) ??
        maybe(go(expression.consequent)) ??
        maybe(go(expression.alternate))
      );
    case "MemberExpression":
      if (frame.meaningOf(expression).is === "constant") return undefined;
      return go(expression.object) ?? (expression.computed ? maybe(go(expression.property)) : undefined);
    case "AwaitExpression": {
      const call = callOf(expression.argument);
      if (call !== undefined) return evaluateCall(call, frame, "awaited");
      return evaluate(expression.argument, frame, true) ?? before("await", node);
    }
    case "CallExpression":
      return evaluateCall(expression, frame, "other");
    case "NewExpression": {
      const isHarmless = isHarmlessClass(expression.callee, frame);
      const step = first(expression.arguments, (part) => evaluate(part, frame, free || !isHarmless));
      return step ?? (isHarmless ? undefined : before("new", node));
    }
    default:
      return before(WORDS[expression.type] ?? "code", node);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  AssignmentExpression: "assignment",
  UpdateExpression: "assignment",
  YieldExpression: "yield",
  ImportExpression: "import",
  TaggedTemplateExpression: "call",
  ThisExpression: "use of this",
  JSXElement: "JSX",
  JSXFragment: "JSX",
};

/** The first step of several parts that matters. */
export function first<Part>(parts: readonly (Part | null)[], go: (part: Part) => Step): Step {
  for (const part of parts) {
    const step = part === null ? undefined : go(part);
    if (step !== undefined) return step;
  }
  return undefined;
}

/** Goes through a call: what it is made on, its arguments, and then the call itself. */
export function evaluateCall(call: Call, frame: Frame, use: Use): Step {
  const { name, isSure, receiver } = partsOf(call);
  const parts = (free: boolean, nodes: readonly Node[]) => {
    const step = first(nodes, (part) => evaluate(part, frame, free));
    return isSure ? step : maybe(step);
  };

  const meaning = frame.meaningOf(call.callee);
  const guarding = guardOf(meaning, call, frame);
  const nobody = nobodyOf(meaning, frame);
  if (guarding !== undefined || nobody !== undefined) {
    // A guard of ours gives nothing away of what it is given.
    const step = parts(meaning.is === "member", call.arguments);
    if (step !== undefined) return step;
    if (!isSure) return open("guarded only inside a condition");
    if (use === "other") return open(`${name}() is not awaited in line ${frame.module.lineOf(call)}`);
    if (guarding !== undefined && (guarding.throws || use === "returned"))
      return { ...guarding, is: "guarded", call: name, node: call };
    return open(`nobody checks what ${name}() answered in line ${frame.module.lineOf(call)}`);
  }

  if (use !== "awaited" && isHarmlessCall(call, frame)) return parts(false, [...receiver, ...call.arguments]);
  return parts(true, [...receiver, ...call.arguments]) ?? before(use === "awaited" ? "await" : "call", call);
}

/** What a call answers where nobody is logged in, if it is one that tells who is; `undefined` for every other. */
export function viewerOf(call: Call | undefined, frame: Frame): Nobody | undefined {
  return call !== undefined && partsOf(call).isSure
    ? nobodyOf(frame.meaningOf(call.callee), frame)
    : undefined;
}

/** Whether a call is a guard's, or asks a guard who the visitor is. */
export function guards(call: Call, frame: Frame): boolean {
  const meaning = frame.meaningOf(call.callee);
  return guardOf(meaning, call, frame) !== undefined || nobodyOf(meaning, frame) !== undefined;
}

function nobodyOf(meaning: Meaning, frame: Frame): Nobody | undefined {
  if (meaning.is === "member") {
    if (meaning.of === "login") return GUARDS.login.has(meaning.name) ? "not ok" : undefined;
    return meaning.name === "getUser" ? "null" : undefined;
  }
  return isCalledAtOnce(meaning) ? frame.functions.conductOf(meaning).nobody : undefined;
}

function guardOf(
  meaning: Meaning,
  call: Call,
  frame: Frame,
): Pick<Guarded, "guard" | "throws" | "nobody"> | undefined {
  if (meaning.is === "member")
    return GUARDS[meaning.of].has(meaning.name)
      ? {
          guard: placeOf(frame.module, call),
          throws: meaning.of === "guard",
          nobody: nobodyOf(meaning, frame),
        }
      : undefined;
  if (!isCalledAtOnce(meaning)) return undefined;
  const conduct = frame.functions.conductOf(meaning);
  return conduct.is === "guarded" ? conduct : undefined;
}

/** Whether calling it runs its code: a generator's runs when somebody asks for its values. */
function isCalledAtOnce(meaning: Meaning): meaning is FunctionMeaning {
  return meaning.is === "function" && !meaning.node.generator;
}

/** The name that a call shows, what it is made on, and whether there is no `?.` that may leave it out. */
export function partsOf(call: Call): { name: string; receiver: Node[]; isSure: boolean } {
  const callee = unwrap(call.callee);
  if (callee.type === "Identifier") return { name: callee.name, receiver: [], isSure: !call.optional };
  if (callee.type !== "MemberExpression")
    return { name: "a function", receiver: [callee], isSure: !call.optional };
  return {
    name: keyName(callee.property, callee.computed) ?? "a function",
    receiver: callee.computed ? [callee.object, callee.property] : [callee.object],
    isSure: !call.optional && !hasOptionalLink(callee),
  };
}

function hasOptionalLink(node: Node): boolean {
  const link = unwrap(node);
  if (link.type === "MemberExpression") return link.optional || hasOptionalLink(link.object);
  return link.type === "CallExpression" && (link.optional || hasOptionalLink(link.callee));
}
