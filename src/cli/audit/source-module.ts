import { scopedNodes } from "./scopes.ts";
import {
  hasDirective,
  isFunction,
  keyName,
  patternNames,
  unwrap,
  type FunctionNode,
  type Node,
  type NodeOf,
} from "./syntax.ts";

/** What a name at the top of a module was bound to. */
export type Binding =
  | { readonly is: "import"; readonly from: string; readonly name: string }
  /** A `const`; `member` is the property that was taken out of `init` by destructuring. */
  | { readonly is: "const"; readonly init: Node; readonly member: string | undefined }
  | { readonly is: "function"; readonly node: FunctionNode }
  | { readonly is: "class" | "enum" | "changing" };

/** What a module exports under a name, and where it says so. */
export type Exported = { readonly at: Node } & (
  | { readonly is: "local"; readonly name: string }
  | { readonly is: "value"; readonly node: Node }
  | { readonly is: "elsewhere"; readonly from: string; readonly name: string }
);

/** The name under which an import or an export stands for a whole module. */
export const WHOLE_MODULE = "*";

/** A source file as the audit sees it. */
export interface SourceModule {
  readonly path: string;
  readonly program: NodeOf<"Program">;
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly exports: ReadonlyMap<string, Exported>;
  /** What is exported by `export * from "…"`. */
  readonly stars: readonly { readonly from: string; readonly at: Node }[];
  /** Whether it begins with "use server". */
  readonly isServer: boolean;
  /**
   * Whether SolidStart's compiler takes variables out of it that nobody uses, with whatever they were given: it does
   * where single functions have the directive.
   */
  readonly losesUnused: boolean;
  lineOf(node: { readonly start: number }): number;
}

/** The directive of SolidStart's server functions. */
export const USE_SERVER = "use server";

/** Reads what a module binds and exports. */
export function sourceModule(path: string, text: string, program: NodeOf<"Program">): SourceModule {
  const bindings = new Map<string, Binding>();
  const exports = new Map<string, Exported>();
  const stars: { from: string; at: Node }[] = [];
  for (const statement of program.body) {
    bind(statement, bindings);
    collectExports(statement, exports, stars);
  }
  const isServer = hasDirective(program.body, USE_SERVER);
  let hasServerFunctions = false;
  for (const { node, hidden } of scopedNodes(program)) {
    for (const name of assignedNames(node)) if (!hidden.has(name)) bindings.set(name, { is: "changing" });
    hasServerFunctions ||= isServerFunction(node);
  }
  const lines = lineStarts(text);
  return {
    path,
    program,
    bindings,
    exports,
    stars,
    isServer,
    losesUnused: hasServerFunctions && !isServer,
    lineOf: ({ start }) => lines.findLastIndex((at) => at <= start) + 1,
  };
}

/** Whether a node is a function with the directive in its own body. */
export function isServerFunction(node: Node): node is FunctionNode {
  return isFunction(node) && node.body.type === "BlockStatement" && hasDirective(node.body.body, USE_SERVER);
}

function bind(statement: Node, bindings: Map<string, Binding>): void {
  switch (statement.type) {
    case "ImportDeclaration":
      for (const specifier of statement.specifiers)
        bindings.set(specifier.local.name, {
          is: "import",
          from: String(statement.source.value),
          name: importedName(specifier),
        });
      return;
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      if (statement.declaration !== null) bind(statement.declaration, bindings);
      return;
    case "FunctionDeclaration":
      if (statement.id !== null) bindings.set(statement.id.name, { is: "function", node: statement });
      return;
    case "ClassDeclaration":
      if (statement.id !== null) bindings.set(statement.id.name, { is: "class" });
      return;
    case "TSEnumDeclaration":
      bindings.set(statement.id.name, { is: "enum" });
      return;
    case "VariableDeclaration":
      for (const declarator of statement.declarations)
        bindVariable(declarator, statement.kind === "const", bindings);
      return;
    default:
      // Loops, blocks, namespaces: names in there belong to no export that could be told.
      return;
  }
}

function importedName(specifier: NodeOf<"ImportDeclaration">["specifiers"][number]): string {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  return specifier.type === "ImportSpecifier" ? nameOf(specifier.imported) : WHOLE_MODULE;
}

function bindVariable(
  { id, init }: NodeOf<"VariableDeclarator">,
  isConst: boolean,
  bindings: Map<string, Binding>,
): void {
  for (const name of patternNames(id)) bindings.set(name, { is: "changing" });
  if (!isConst || init === null) return;
  if (id.type === "Identifier") bindings.set(id.name, { is: "const", init, member: undefined });
  if (id.type !== "ObjectPattern") return;
  for (const property of id.properties) {
    if (property.type !== "Property" || property.value.type !== "Identifier") continue;
    const member = keyName(property.key, property.computed);
    if (member !== undefined) bindings.set(property.value.name, { is: "const", init, member });
  }
}

function collectExports(
  statement: Node,
  exports: Map<string, Exported>,
  stars: { from: string; at: Node }[],
): void {
  if (statement.type === "ExportDefaultDeclaration") {
    const node = statement.declaration;
    exports.set("default", { at: statement, is: "value", node });
  } else if (statement.type === "ExportAllDeclaration" && statement.exportKind !== "type") {
    const from = String(statement.source.value);
    if (statement.exported === null) stars.push({ from, at: statement });
    else
      exports.set(nameOf(statement.exported), { at: statement, is: "elsewhere", from, name: WHOLE_MODULE });
  } else if (statement.type === "ExportNamedDeclaration" && statement.exportKind !== "type") {
    for (const name of declaredBy(statement.declaration))
      exports.set(name, { at: statement, is: "local", name });
    for (const specifier of statement.specifiers) {
      if (specifier.exportKind === "type") continue;
      const name = nameOf(specifier.local);
      const source =
        statement.source === null
          ? ({ is: "local", name } as const)
          : ({ is: "elsewhere", from: String(statement.source.value), name } as const);
      exports.set(nameOf(specifier.exported), { at: specifier, ...source });
    }
  }
}

function declaredBy(declaration: Node | null): string[] {
  if (declaration?.type === "VariableDeclaration")
    return declaration.declarations.flatMap(({ id }) => patternNames(id));
  if (declaration?.type === "FunctionDeclaration" || declaration?.type === "ClassDeclaration")
    return declaration.id === null ? [] : [declaration.id.name];
  return [];
}

function nameOf(node: NodeOf<"Identifier"> | NodeOf<"Literal">): string {
  return node.type === "Identifier" ? node.name : String(node.value);
}

/** The names that a node gives another value to, or changes a property of. */
function assignedNames(node: Node): string[] {
  switch (node.type) {
    case "AssignmentExpression":
    case "ForInStatement":
    case "ForOfStatement":
      return targets(node.left);
    case "UpdateExpression":
      return targets(node.argument);
    default:
      return [];
  }
}

function targets(pattern: Node): string[] {
  const target = unwrap(pattern);
  if (target.type === "MemberExpression") return targets(target.object);
  return target.type === "VariableDeclaration" ? [] : patternTargets(target);
}

/** As {@link patternNames}, where members may be given values, too. */
function patternTargets(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return targets(pattern.left);
    case "RestElement":
      return targets(pattern.argument);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : targets(element)));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        targets(property.type === "Property" ? property.value : property),
      );
    default:
      return [];
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
