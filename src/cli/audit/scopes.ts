import { childrenOf, isFunction, ownNodes, patternNames, type FunctionNode, type Node } from "./syntax.ts";

/** A node, and what is around it. */
export interface ScopedNode {
  readonly node: Node;
  /** The names that functions and blocks around it have for themselves: none of them is the module's. */
  readonly hidden: ReadonlySet<string>;
  /** The nodes around it, the nearest first. */
  readonly around: readonly Node[];
}

/** A node and all below it, each with what is around it. */
export function* scopedNodes(
  node: Node,
  hidden: ReadonlySet<string> = new Set(),
  around: readonly Node[] = [],
): Generator<ScopedNode> {
  yield { node, hidden, around };
  const inside = makesScope(node) ? new Set([...hidden, ...declaredNames(node)]) : hidden;
  for (const child of childrenOf(node)) yield* scopedNodes(child, inside, [node, ...around]);
}

/**
 * All names that are declared in a function, its parameters' too, or in another node that makes a scope. In whichever
 * block of it: a name that two things have is better taken for neither.
 */
export function declaredNames(scope: Node): Set<string> {
  const inside = [...ownNodes(scope)].filter((node) => node !== scope || !isFunction(scope));
  const names = new Set(inside.flatMap(namesOf));
  if (!isFunction(scope)) return names;
  for (const name of scope.params.flatMap(patternNames)) names.add(name);
  if (scope.type === "FunctionExpression" && scope.id !== null) names.add(scope.id.name);
  return names;
}

/** The names that a node itself declares. */
function namesOf(node: Node): string[] {
  switch (node.type) {
    case "VariableDeclarator":
      return patternNames(node.id);
    case "CatchClause":
      return node.param === null ? [] : patternNames(node.param);
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "ClassExpression":
      return node.id === null ? [] : [node.id.name];
    case "TSEnumDeclaration":
    case "TSImportEqualsDeclaration":
      return [node.id.name];
    default:
      return [];
  }
}

/**
 * Whether a name is declared in one place of a function alone, so that it means the same wherever it stands
 * in there.
 */
export function isDeclaredOnce(name: string, within: FunctionNode): boolean {
  const declared = [...within.params.flatMap(patternNames), ...[...ownNodes(within.body)].flatMap(namesOf)];
  return declared.filter((one) => one === name).length === 1;
}

/**
 * Whether a variable of a function is used by something that stays when everything is taken out that nobody uses. To be
 * given to a variable that is itself unused is no use; of a name that is declared twice nobody can tell.
 */
export function isUsed(name: string, within: FunctionNode): boolean {
  return isDeclaredOnce(name, within) && uses(within.body, { name, within, asked: new Set([name]) });
}

interface Question {
  readonly name: string;
  readonly within: FunctionNode;
  /** The names on whose use it depends whether the first one is used. */
  readonly asked: ReadonlySet<string>;
}

function uses(node: Node, question: Question): boolean {
  const { name } = question;
  const usedIn = (part: Node | null) => part !== null && uses(part, question);
  if (isFunction(node) && declaredNames(node).has(name)) return false;
  switch (node.type) {
    case "Identifier":
      return node.name === name;
    case "MemberExpression":
      return usedIn(node.object) || (node.computed && usedIn(node.property));
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return usedIn(node.value) || (node.computed && usedIn(node.key));
    case "AssignmentExpression":
      // A variable that is given a value is not used; one of which a member is given one is.
      return usedIn(node.right) || (node.left.type !== "Identifier" && usedIn(node.left));
    case "VariableDeclarator":
      if (node.id.type !== "Identifier") return childrenOf(node).some(usedIn);
      return usedIn(node.init) && stays(node.id.name, question);
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return (
        childrenOf(node).some((part) => part !== node.id && usedIn(part)) && stays(node.id?.name, question)
      );
    default:
      return childrenOf(node).some(usedIn);
  }
}

function stays(name: string | undefined, { asked, within }: Question): boolean {
  if (name === undefined || asked.has(name)) return false;
  return uses(within.body, { name, within, asked: new Set([...asked, name]) });
}

function makesScope(node: Node): boolean {
  return isFunction(node) || SCOPES.has(node.type);
}

const SCOPES: ReadonlySet<string> = new Set([
  "BlockStatement",
  "StaticBlock",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
  "CatchClause",
  "ClassDeclaration",
  "ClassExpression",
  "TSModuleDeclaration",
]);
