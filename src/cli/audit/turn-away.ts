import { evaluate, first, partsOf, viewerOf } from "./evaluate.ts";
import type { Frame } from "./frame.ts";
import { negativeCheck, type Subject } from "./negative-check.ts";
import { settle } from "./settle.ts";
import { open, placeOf, type Guarded, type Nobody, type Open, type Step } from "./step.ts";
import { awaitedCallOf, ownNodes, unwrap, type Node, type NodeOf } from "./syntax.ts";

/** A variable with what the visitor was found to be, of which nobody has looked yet whether it is somebody. */
export interface Asked {
  readonly name: string;
  readonly call: NodeOf<"CallExpression">;
  readonly nobody: Nobody;
}

/**
 * Looks whether an `if` turns away whoever is not logged in: `if (!user) throw …`, where `user` is what
 * `getUser` answered. What it does with them may be to throw or to answer, and to compute something harmless
 * for it.
 *
 * @returns `undefined` for every other condition.
 */
export function turnsAway(statement: NodeOf<"IfStatement">, frame: Frame, variable: Asked | undefined): Step {
  const subject = negativeCheck(statement.test);
  const asked = subject === undefined ? undefined : askedBy(subject.node, frame, variable);
  if (subject === undefined || asked === undefined) return undefined;
  if (!tells(subject.holdsFor, asked.nobody)) return undefined;
  if (!leaves(statement.consequent)) return undefined;
  const given = subject.node.type === "AwaitExpression" ? asked.call.arguments : [];
  const step = first(given, (part) => evaluate(part, frame)) ?? settle(statement.consequent, frame, true);
  if (step !== undefined)
    return open(
      `line ${frame.module.lineOf(nodeOf(step) ?? statement)} does more than turn away who is not logged in`,
    );
  return {
    is: "guarded",
    call: partsOf(asked.call).name,
    node: asked.call,
    guard: placeOf(frame.module, asked.call),
    ...refusalOf(statement.consequent, asked),
  };
}

/** Whether a check holds for what is answered where nobody is logged in. Nobody has no member, so none that is ok. */
function tells(holdsFor: Subject["holdsFor"], nobody: Nobody): boolean {
  if (nobody === "not ok") return holdsFor === "not ok";
  return holdsFor !== "null" || nobody === "null";
}

function nodeOf(step: Guarded | Open): Node | undefined {
  return step.is === "open" ? step.before?.node : step.node;
}

function askedBy(node: Node, frame: Frame, variable: Asked | undefined): Asked | undefined {
  if (node.type === "Identifier") return variable?.name === node.name ? variable : undefined;
  const call = awaitedCallOf(node);
  const nobody = viewerOf(call, frame);
  return call === undefined || nobody === undefined ? undefined : { name: "", call, nobody };
}

/** Whether a statement certainly ends the function, by its own last statement. */
function leaves(statement: Node): boolean {
  const last = statement.type === "BlockStatement" ? statement.body.at(-1) : statement;
  return last?.type === "ThrowStatement" || last?.type === "ReturnStatement";
}

function refusalOf(statement: Node, asked: Asked): Pick<Guarded, "throws" | "nobody"> {
  const answers = [...ownNodes(statement)].filter((node) => node.type === "ReturnStatement");
  if (answers.length === 0) return { throws: true };
  const kinds = new Set(answers.map(({ argument }) => nothingOf(argument, asked)));
  if (kinds.size === 1) return { throws: false, nobody: [...kinds][0] };
  return { throws: false, nobody: kinds.has(undefined) || kinds.has("not ok") ? undefined : "nothing" };
}

function nothingOf(node: Node | null, asked: Asked): Nobody | undefined {
  const bare = node === null ? undefined : unwrap(node);
  if (bare === undefined) return "nothing";
  if (bare.type === "Literal") return bare.raw === "null" ? "null" : undefined;
  if (bare.type !== "Identifier") return undefined;
  return bare.name === asked.name ? asked.nobody : bare.name === "undefined" ? "nothing" : undefined;
}
