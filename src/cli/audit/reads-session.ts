import type { Frame } from "./frame.ts";
import type { Meaning } from "./meaning.ts";
import { callOf, ownNodes, unwrap, type Node } from "./syntax.ts";

/**
 * Whether a function is what the documentation of SolidStart calls `getUser`: of that name, it opens the session with
 * `useSession`, or with a function that answers it, and says `null` where it finds nobody.
 */
export function readsSession(name: string, frame: Frame): boolean {
  if (name !== "getUser") return false;
  const own = [...ownNodes(frame.fn.body)];
  const opens = own.some(
    (node) => node.type === "CallExpression" && isSession(frame.meaningOf(node.callee), frame),
  );
  return opens && answersOf(frame.fn.body).some(mayBeNull);
}

/** Whether calling it is `useSession`, of whichever package, or answers what that answers. */
function isSession(meaning: Meaning, frame: Frame, seen: ReadonlySet<Node> = new Set()): boolean {
  if (meaning.is === "package") return meaning.name === "useSession";
  if (meaning.is !== "function" || seen.has(meaning.node)) return false;
  const inside = frame.functions.frameOf(meaning);
  const calls = answersOf(meaning.node.body).map((answer) => callOf(answer));
  return (
    calls.length > 0 &&
    calls.every(
      (call) =>
        call !== undefined &&
        isSession(inside.meaningOf(call.callee), inside, new Set([...seen, meaning.node])),
    )
  );
}

/** What a function of this body answers. */
function answersOf(body: Node): Node[] {
  if (body.type !== "BlockStatement") return [body];
  return [...ownNodes(body)].flatMap((node) =>
    node.type === "ReturnStatement" && node.argument !== null ? node.argument : [],
  );
}

function mayBeNull(answer: Node): boolean {
  const bare = unwrap(answer);
  if (bare.type === "ConditionalExpression") return mayBeNull(bare.consequent) || mayBeNull(bare.alternate);
  if (bare.type === "LogicalExpression") return mayBeNull(bare.right);
  return bare.type === "Literal" && bare.raw === "null";
}
