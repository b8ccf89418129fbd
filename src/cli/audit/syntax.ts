/**
 * The syntax tree as oxc hands it out: ESTree with TypeScript's nodes, parentheses left out. Only what the audit looks
 * at has a type here; every other node is met as the default of a switch, and taken for something unknown.
 */
interface Spot {
  readonly start: number;
  readonly end: number;
}
interface Nodes {
  Program: { body: Statement[] };

  Identifier: { name: string; typeAnnotation?: { typeAnnotation: Type } | null };
  Literal: { value: unknown; raw: string };
  TemplateLiteral: { quasis: { readonly value: { readonly cooked: string } }[]; expressions: Node[] };
  ArrayExpression: { elements: (Node | null)[] };
  ObjectExpression: { properties: (PropertyNode | NodeOf<"SpreadElement">)[] };
  Property: { key: Node; value: Node; computed: boolean };
  SpreadElement: { argument: Node };
  UnaryExpression: { operator: string; argument: Node };
  BinaryExpression: { operator: string; left: Node; right: Node };
  LogicalExpression: { operator: "||" | "&&" | "??"; left: Node; right: Node };
  ConditionalExpression: { test: Node; consequent: Node; alternate: Node };
  SequenceExpression: { expressions: Node[] };
  AssignmentExpression: { left: Node; right: Node };
  UpdateExpression: { argument: Node };
  AwaitExpression: { argument: Node };
  YieldExpression: { argument: Node | null };
  CallExpression: { callee: Node; arguments: Node[]; optional: boolean };
  NewExpression: { callee: Node; arguments: Node[] };
  MemberExpression: { object: Node; property: Node; computed: boolean; optional: boolean };
  ChainExpression: { expression: Node };

  ArrowFunctionExpression: FunctionFields;
  FunctionExpression: FunctionFields;
  FunctionDeclaration: FunctionFields;
  ClassDeclaration: { id: NodeOf<"Identifier"> | null };
  ClassExpression: { id: NodeOf<"Identifier"> | null };
  MethodDefinition: { key: Node; value: Node; computed: boolean };
  PropertyDefinition: { key: Node; value: Node | null; computed: boolean };

  AssignmentPattern: { left: Node; right: Node };
  ArrayPattern: { elements: (Node | null)[] };
  ObjectPattern: { properties: (PropertyNode | NodeOf<"RestElement">)[] };
  RestElement: { argument: Node };
  TSParameterProperty: { parameter: Node };

  ExpressionStatement: { expression: Node; directive?: string | null };
  VariableDeclaration: { kind: string; declarations: NodeOf<"VariableDeclarator">[] };
  VariableDeclarator: { id: Node; init: Node | null };
  BlockStatement: { body: Statement[] };
  IfStatement: { test: Node; consequent: Statement; alternate: Statement | null };
  ReturnStatement: { argument: Node | null };
  ThrowStatement: { argument: Node };
  TryStatement: {
    block: NodeOf<"BlockStatement">;
    handler: NodeOf<"CatchClause"> | null;
    finalizer: NodeOf<"BlockStatement"> | null;
  };
  CatchClause: { param: Node | null; body: NodeOf<"BlockStatement"> };
  ForInStatement: { left: Node };
  ForOfStatement: { left: Node };
  EmptyStatement: object;

  ImportDeclaration: {
    importKind?: "value" | "type";
    source: NodeOf<"Literal">;
    specifiers: (
      | NodeOf<"ImportSpecifier">
      | NodeOf<"ImportDefaultSpecifier">
      | NodeOf<"ImportNamespaceSpecifier">
    )[];
  };
  ImportSpecifier: {
    importKind?: "value" | "type";
    imported: NodeOf<"Identifier"> | NodeOf<"Literal">;
    local: NodeOf<"Identifier">;
  };
  ImportDefaultSpecifier: { local: NodeOf<"Identifier"> };
  ImportNamespaceSpecifier: { local: NodeOf<"Identifier"> };
  ExportNamedDeclaration: {
    exportKind?: "value" | "type";
    declaration: Node | null;
    source: NodeOf<"Literal"> | null;
    specifiers: NodeOf<"ExportSpecifier">[];
  };
  ExportSpecifier: {
    exportKind?: "value" | "type";
    local: NodeOf<"Identifier"> | NodeOf<"Literal">;
    exported: NodeOf<"Identifier"> | NodeOf<"Literal">;
  };
  ExportDefaultDeclaration: { declaration: Node };
  ExportAllDeclaration: {
    exportKind?: "value" | "type";
    exported: NodeOf<"Identifier"> | NodeOf<"Literal"> | null;
    source: NodeOf<"Literal">;
  };

  TSAsExpression: { expression: Node };
  TSSatisfiesExpression: { expression: Node };
  TSNonNullExpression: { expression: Node };
  TSTypeAssertion: { expression: Node };
  TSInstantiationExpression: { expression: Node };
  TSEnumDeclaration: { id: NodeOf<"Identifier"> };
  TSModuleDeclaration: { id: Node };
  TSImportEqualsDeclaration: { id: NodeOf<"Identifier"> };
  TSTypeReference: { typeName: Node };
  TSUnionType: { types: Node[] };
  TSUndefinedKeyword: object;
  TSNullKeyword: object;
}
interface FunctionFields {
  id: NodeOf<"Identifier"> | null;
  params: Node[];
  body: Node;
  async: boolean;
  generator: boolean;
}

/** A node of one kind. */
export type NodeOf<Kind extends keyof Nodes> = Spot & { readonly type: Kind } & Readonly<Nodes[Kind]>;
/** Any node that has a type here. */
export type Node = { [Kind in keyof Nodes]: NodeOf<Kind> }[keyof Nodes];
/** A function of any form. */
export type FunctionNode = NodeOf<"ArrowFunctionExpression" | "FunctionExpression" | "FunctionDeclaration">;
type Statement = Node;
type Type = Node;
type PropertyNode = NodeOf<"Property">;

/** Whether a node is a function with a body. */
export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === "ArrowFunctionExpression" ||
    node.type === "FunctionExpression" ||
    node.type === "FunctionDeclaration"
  );
}

/** An expression without what only TypeScript sees. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** The call that an expression is, also one with `?.` in it; `undefined` when it is another expression. */
export function callOf(node: Node | null): NodeOf<"CallExpression"> | undefined {
  if (node === null) return undefined;
  const bare = unwrap(node);
  if (bare.type === "ChainExpression") return callOf(bare.expression);
  return bare.type === "CallExpression" ? bare : undefined;
}

/** The call whose promise an expression waits for: `await f()`; `undefined` when it is another expression. */
export function awaitedCallOf(node: Node | null): NodeOf<"CallExpression"> | undefined {
  if (node === null) return undefined;
  const bare = unwrap(node);
  return bare.type === "AwaitExpression" ? callOf(bare.argument) : undefined;
}

/** The nodes right below one. Types are left out: they are gone when the code runs. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value as unknown])
      if (isNode(child) && !isType(child)) children.push(child);
  }
  return children;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** What of TypeScript is more than a type: it has code in it, or makes a name. */
const TYPESCRIPT_VALUES: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSParameterProperty",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSImportEqualsDeclaration",
  "TSExportAssignment",
]);

function isType({ type }: Node): boolean {
  return type.startsWith("TS") && !TYPESCRIPT_VALUES.has(type);
}

/** A node and all below it, but nothing inside of a function below it. */
export function* ownNodes(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) {
    if (isFunction(child)) yield child;
    else yield* ownNodes(child);
  }
}

/** A node and all below it. */
export function* allNodes(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* allNodes(child);
}

/** Whether a list of statements begins with a directive. */
export function hasDirective(body: readonly Node[], directive: string): boolean {
  for (const statement of body) {
    if (statement.type !== "ExpressionStatement" || typeof statement.directive !== "string") return false;
    if (statement.directive === directive) return true;
  }
  return false;
}

/** The names that a pattern makes. */
export function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "RestElement":
      return patternNames(pattern.argument);
    case "TSParameterProperty":
      return patternNames(pattern.parameter);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : patternNames(element)));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === "Property" ? property.value : property),
      );
    default:
      return [];
  }
}

/** The name of a key or an export: an identifier's or a text's; `undefined` when it is computed. */
export function keyName(key: Node, computed = false): string | undefined {
  if (key.type === "Identifier") return computed ? undefined : key.name;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : undefined;
}
