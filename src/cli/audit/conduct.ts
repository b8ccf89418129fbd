import { evaluate, evaluateCall, first, partsOf, viewerOf } from "./evaluate.ts";
import { createFrame, type Frame, type FunctionMeaning, type Functions } from "./frame.ts";
import { isOurs, type Meanings } from "./meaning.ts";
import { readsSession } from "./reads-session.ts";
import { isDeclaredOnce, isUsed } from "./scopes.ts";
import { evaluatePattern, settle, settleFunction, settleVariable } from "./settle.ts";
import { before, maybe, open, type Guarded, type Nobody, type Step } from "./step.ts";
import { awaitedCallOf, callOf, unwrap, type Node, type NodeOf } from "./syntax.ts";
import { turnsAway, type Asked } from "./turn-away.ts";
import { reasonOf } from "./why-open.ts";

/** What a function does with somebody who is not logged in. */
export type Conduct =
  | Guarded
  | { readonly is: "public"; readonly why: string; readonly nobody?: undefined }
  | { readonly is: "open"; readonly why: string; readonly nobody?: Nobody | undefined };

/** Tells the conduct of functions. */
export interface Conducts {
  /** @param around - The names that functions and blocks around it have for themselves. @default none */
  of(meaning: Pick<FunctionMeaning, "module" | "node" | "name">, around?: ReadonlySet<string>): Conduct;
}

/** How far the code of a function has been gone through. */
interface Walk {
  asked?: Asked | undefined;
}

/** Builds what tells how functions behave; each is looked at once. */
export function createConducts(meanings: Meanings): Conducts {
  const known = new Map<Node, Conduct>();
  const harmless = new Map<Node, boolean>();
  const functions: Functions = {
    conductOf: (meaning) => of(meaning),
    isHarmless(meaning) {
      const found = harmless.get(meaning.node);
      if (found !== undefined) return found;
      // Until it is known: in a circle, nobody can tell.
      harmless.set(meaning.node, false);
      const isHarmless = !meaning.node.generator && settleFunction(functions.frameOf(meaning)) === undefined;
      harmless.set(meaning.node, isHarmless);
      return isHarmless;
    },
    frameOf: (meaning) => createFrame(meaning, NOTHING, meanings, functions),
  };

  function of(
    meaning: Pick<FunctionMeaning, "module" | "node" | "name">,
    around: ReadonlySet<string> = NOTHING,
  ): Conduct {
    const found = known.get(meaning.node);
    if (found !== undefined) return found;
    known.set(meaning.node, { is: "open", why: "it calls itself before the guard" });
    const frame = createFrame(meaning, around, meanings, functions);
    const conduct = publicConduct(frame) ?? loginConduct(frame) ?? conductIn(frame, meaning.name);
    known.set(meaning.node, conduct);
    return conduct;
  }

  return { of };
}

const NOTHING: ReadonlySet<string> = new Set();

/** `publicRoute("why")`, the first statement of a function. */
function publicConduct(frame: Frame): Conduct | undefined {
  const { body } = frame.fn;
  const statement =
    body.type === "BlockStatement"
      ? body.body.find((one) => one.type !== "ExpressionStatement" || typeof one.directive !== "string")
      : undefined;
  const call = statement?.type === "ExpressionStatement" ? callOf(statement.expression) : undefined;
  if (call === undefined || !isOurs(frame.meaningOf(call.callee), "publicRoute")) return undefined;
  const why = textOf(call.arguments[0]);
  if (why === undefined || why.trim() === "")
    return { is: "open", why: "publicRoute() is not given its reason as a text" };
  return { is: "public", why };
}

/**
 * Members of a login that are for those who are not logged in: all that they give away is whether a login
 * succeeded. Not `finishLogin`: it takes the caller's word that the second step was passed.
 */
const LOGS_IN_OR_OUT: ReadonlySet<string> = new Set(["login", "submit", "logout"]);

/** A function that does nothing but hand what it is given on to a login. */
function loginConduct(frame: Frame): Conduct | undefined {
  const { params, body } = frame.fn;
  const answer = body.type === "BlockStatement" ? onlyAnswer(body) : body;
  const call = answer === undefined ? undefined : (callOf(answer) ?? awaitedCallOf(answer));
  if (call === undefined || !partsOf(call).isSure) return undefined;
  const meaning = frame.meaningOf(call.callee);
  if (meaning.is !== "member" || meaning.of !== "login" || !LOGS_IN_OR_OUT.has(meaning.name))
    return undefined;
  const given = params.flatMap((parameter) => (parameter.type === "Identifier" ? parameter.name : []));
  const handsOn = call.arguments.every((part) => part.type === "Identifier" && given.includes(part.name));
  return handsOn && given.length === params.length
    ? { is: "public", why: `${meaning.name}() of a login, and nothing else` }
    : undefined;
}

function onlyAnswer({ body }: NodeOf<"BlockStatement">): Node | undefined {
  const [only, ...others] = body.filter(
    (one) => one.type !== "ExpressionStatement" || typeof one.directive !== "string",
  );
  return others.length === 0 && only?.type === "ReturnStatement" ? (only.argument ?? undefined) : undefined;
}

function textOf(node: Node | undefined): string | undefined {
  if (node?.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  const [quasi] = node?.type === "TemplateLiteral" && node.expressions.length === 0 ? node.quasis : [];
  return quasi?.value.cooked;
}

function conductIn(frame: Frame, name: string): Conduct {
  const walk: Walk = {};
  const { params, body } = frame.fn;
  const step =
    first(params, (parameter) => evaluatePattern(parameter, frame)) ??
    (body.type === "BlockStatement" ? walkAll(body.body, frame, walk) : walkReturn(body, frame, walk));
  if (step?.is === "guarded") return step;
  const nobody = step?.nobody ?? (readsSession(name, frame) ? "nothing" : undefined);
  const asked = walk.asked === undefined ? undefined : partsOf(walk.asked.call).name;
  return { is: "open", why: reasonOf(step, asked, frame), nobody };
}

function walkAll(statements: readonly Node[], frame: Frame, walk: Walk): Step {
  return first(statements, (statement) => walkStatement(statement, frame, walk));
}

/** A variable of a block is another one outside of it. */
function walkBlock({ body }: NodeOf<"BlockStatement">, frame: Frame, walk: Walk): Step {
  const { asked } = walk;
  const step = walkAll(body, frame, walk);
  if (step === undefined) walk.asked = asked;
  return step;
}

/** Goes through a statement that certainly runs. */
function walkStatement(statement: Node, frame: Frame, walk: Walk): Step {
  switch (statement.type) {
    case "BlockStatement":
      return walkBlock(statement, frame, walk);
    case "VariableDeclaration":
      return first(statement.declarations, (declarator) =>
        walkVariable(declarator, statement.kind, frame, walk),
      );
    case "IfStatement":
      return turnsAway(statement, frame, walk.asked) ?? settle(statement, frame, false);
    case "ReturnStatement":
      return statement.argument === null
        ? before("return", statement)
        : walkReturn(statement.argument, frame, walk);
    case "ThrowStatement":
      // What follows never runs.
      return evaluate(statement.argument, frame) ?? before("throw", statement);
    case "TryStatement":
      return walkTry(statement, frame, walk);
    case "ExpressionStatement":
      if (isPublicRoute(statement, frame)) return open("publicRoute() is not the first statement");
      return settle(statement, frame, false);
    default:
      return settle(statement, frame, false);
  }
}

function isPublicRoute(statement: NodeOf<"ExpressionStatement">, frame: Frame): boolean {
  const call = callOf(statement.expression);
  return call !== undefined && isOurs(frame.meaningOf(call.callee), "publicRoute");
}

function walkVariable(
  declarator: NodeOf<"VariableDeclarator">,
  kind: string,
  frame: Frame,
  walk: Walk,
): Step {
  const { id, init } = declarator;
  const call = awaitedCallOf(init);
  const nobody = viewerOf(call, frame);
  const isAsked = kind === "const" && id.type === "Identifier" && isDeclaredOnce(id.name, frame.fn);
  if (call !== undefined && nobody !== undefined && isAsked) {
    const step = first(call.arguments, (part) => evaluate(part, frame));
    if (step === undefined) walk.asked = { name: id.name, call, nobody };
    return step;
  }
  const step = settleVariable(declarator, kind, frame);
  if (step?.is !== "guarded" || id.type !== "Identifier") return step;
  if (!frame.module.losesUnused || isUsed(id.name, frame.fn)) return step;
  return open(`nobody uses ${id.name}, so SolidStart's compiler takes it out, and ${step.call}() with it`);
}

function walkReturn(argument: Node, frame: Frame, walk: Walk): Step {
  const call = callOf(argument) ?? awaitedCallOf(argument);
  if (call === undefined) return evaluateAnswer(argument, frame, walk) ?? before("return", argument);
  const step = evaluateCall(call, frame, "returned") ?? before("return", argument);
  const nobody = viewerOf(call, frame);
  if (step.is === "guarded" || nobody === undefined) return step;
  // Who calls this function is told, too, whether there is somebody.
  return first(call.arguments, (part) => evaluate(part, frame)) === undefined ? { ...step, nobody } : step;
}

/** What is answered is `user`, or `user && …`: still whoever calls it can tell whether there is somebody. */
function evaluateAnswer(argument: Node, frame: Frame, { asked }: Walk): Step {
  const bare = unwrap(argument);
  // An outcome is there, also if it is not ok.
  const mayGoOn = bare.type === "LogicalExpression" && bare.operator === "&&" && asked?.nobody !== "not ok";
  const what = mayGoOn ? bare.left : bare;
  if (asked !== undefined && what.type === "Identifier" && what.name === asked.name)
    return { ...before("return", argument), nobody: asked.nobody };
  return evaluate(argument, frame, true);
}

function walkTry({ block, handler, finalizer }: NodeOf<"TryStatement">, frame: Frame, walk: Walk): Step {
  const step = walkBlock(block, frame, walk);
  if (step?.is === "open") return step;
  const throwsOn =
    handler === null ||
    (handler.body.body.at(-1)?.type === "ThrowStatement" && settle(handler.body, frame, false) === undefined);
  if (step !== undefined && !throwsOn)
    return open(`what the guard throws is caught in line ${frame.module.lineOf(handler)}`);
  const after = finalizer === null ? undefined : settle(finalizer, frame, false);
  if (after !== undefined) return maybe(after);
  return step ?? (throwsOn ? undefined : before("try", block));
}
