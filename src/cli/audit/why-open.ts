import { GUARD_NAMES, guards, partsOf } from "./evaluate.ts";
import type { Frame } from "./frame.ts";
import type { Open } from "./step.ts";
import { allNodes, ownNodes, type Node, type NodeOf } from "./syntax.ts";

type Call = NodeOf<"CallExpression">;

/**
 * Why a function is open, in words for whoever has to mend it.
 *
 * @param step - What came first; `undefined` when there is nothing in the function that matters.
 * @param asked - The function that was asked who the visitor is, if nobody has looked at its answer.
 */
export function reasonOf(step: Open | undefined, asked: string | undefined, frame: Frame): string {
  if (step?.why !== undefined) return step.why;
  const { fn, module } = frame;
  const event = step?.before;
  const where = event === undefined ? "" : `line ${module.lineOf(event.node)}'s ${event.what}`;
  if (asked !== undefined)
    return `nobody checks what ${asked}() answered${event === undefined ? "" : ` before ${where}`}`;

  const own = callsIn(ownNodes(fn.body));
  const later = own.find((call) => guards(call, frame));
  if (later !== undefined && event !== undefined) return `${partsOf(later).name}() comes after ${where}`;
  if (callsIn(allNodes(fn.body)).some((call) => guards(call, frame)))
    return "guarded only inside a function in it";
  const impostor = own.find((call) => GUARD_NAMES.has(partsOf(call).name));
  if (impostor !== undefined)
    return `${partsOf(impostor).name}() in line ${module.lineOf(impostor)} is not known to be a guard's`;
  return "no guard";
}

function callsIn(nodes: Iterable<Node>): Call[] {
  return [...nodes].filter((node) => node.type === "CallExpression");
}
