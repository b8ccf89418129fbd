import type { Project } from "./project.ts";
import { WHOLE_MODULE, type Binding, type Exported, type SourceModule } from "./source-module.ts";
import { callOf, isFunction, keyName, unwrap, type FunctionNode, type Node, type NodeOf } from "./syntax.ts";

/** What an expression or a name stands for, as far as the audit can tell. */
export type Meaning =
  /** What a package exports. */
  | { readonly is: "package"; readonly from: string; readonly name: string }
  /** What `createGuard` or `createLogin` answered. */
  | { readonly is: "guard" | "login" }
  /** A member of that. */
  | { readonly is: "member"; readonly of: "guard" | "login"; readonly name: string }
  /** An API route's handler that `withUser` of a guard made. */
  | { readonly is: "wrapped"; readonly module: SourceModule; readonly node: Node }
  /** A function of the application, with the name that it was given. */
  | {
      readonly is: "function";
      readonly module: SourceModule;
      readonly node: FunctionNode;
      readonly name: string;
    }
  | { readonly is: "module"; readonly module: SourceModule }
  /** What some other call answered. */
  | {
      readonly is: "made";
      readonly by: Meaning;
      readonly module: SourceModule;
      readonly node: NodeOf<"CallExpression">;
    }
  /** A text, a number or the like that is in the source as it stands. */
  | { readonly is: "constant" }
  | { readonly is: "enum" | "class" }
  /** Some other value that is no function, such as an object. */
  | { readonly is: "value"; readonly module: SourceModule; readonly node: Node }
  | { readonly is: "unknown" };

const UNKNOWN: Meaning = { is: "unknown" };

/** Tells what names and expressions mean, across the files of an application. */
export interface Meanings {
  /** @param hidden - Names that are not the module's where the expression stands. */
  ofExpression(node: Node, module: SourceModule, hidden: ReadonlySet<string>): Meaning;
  ofExport(name: string, module: SourceModule): Meaning;
  /** The names that a module exports, also by `export *`, and where in it. */
  exportsOf(module: SourceModule): ReadonlyMap<string, Node>;
}

/** Builds what tells the meanings in a project. */
export function createMeanings(project: Project): Meanings {
  /** Guards against names that mean each other. */
  const asked = new Set<unknown>();

  function once(key: unknown, answer: () => Meaning): Meaning {
    if (asked.has(key)) return UNKNOWN;
    asked.add(key);
    try {
      return answer();
    } finally {
      asked.delete(key);
    }
  }

  function ofExpression(node: Node, module: SourceModule, hidden: ReadonlySet<string>, name = ""): Meaning {
    const bare = unwrap(node);
    if (isFunction(bare)) return { is: "function", module, node: bare, name: bare.id?.name ?? name };
    switch (bare.type) {
      case "Identifier":
        return hidden.has(bare.name) ? UNKNOWN : ofName(bare.name, module);
      case "MemberExpression": {
        const member = keyName(bare.property, bare.computed);
        return member === undefined ? UNKNOWN : memberOf(ofExpression(bare.object, module, hidden), member);
      }
      case "CallExpression":
        return ofCall(bare, module, hidden);
      default:
        if (isConstant(bare, module)) return { is: "constant" };
        return VALUES.has(bare.type) ? { is: "value", module, node: bare } : UNKNOWN;
    }
  }

  function ofCall(node: Node, module: SourceModule, hidden: ReadonlySet<string>): Meaning {
    const call = callOf(node);
    if (call === undefined || call.optional) return UNKNOWN;
    const callee = ofExpression(call.callee, module, hidden);
    if (isOurs(callee, "createGuard")) return { is: "guard" };
    if (isOurs(callee, "createLogin")) return { is: "login" };
    if (isWithUser(callee)) return { is: "wrapped", module, node };
    return { is: "made", by: callee, module, node: call };
  }

  function memberOf(object: Meaning, name: string): Meaning {
    switch (object.is) {
      case "guard":
      case "login":
        return { is: "member", of: object.is, name };
      case "module":
        return ofExport(name, object.module);
      case "package":
        return object.name === WHOLE_MODULE ? { ...object, name } : UNKNOWN;
      case "enum":
        return { is: "constant" };
      case "value":
        return memberOfObject(object.node, name, object.module);
      default:
        return UNKNOWN;
    }
  }

  /** Only of constants: a function in an object may be exchanged for another. */
  function memberOfObject(object: Node, name: string, module: SourceModule): Meaning {
    if (object.type !== "ObjectExpression") return UNKNOWN;
    const found = object.properties.flatMap((property) =>
      property.type === "Property" && !property.computed ? property : [],
    );
    if (found.length < object.properties.length) return UNKNOWN;
    const value = found.findLast(({ key }) => keyName(key) === name)?.value;
    const meaning = value === undefined ? UNKNOWN : ofExpression(value, module, NOTHING);
    return meaning.is === "constant" || meaning.is === "value" ? meaning : UNKNOWN;
  }

  function ofName(name: string, module: SourceModule): Meaning {
    const binding = module.bindings.get(name);
    return binding === undefined ? UNKNOWN : once(binding, () => ofBinding(binding, name, module));
  }

  function ofBinding(binding: Binding, name: string, module: SourceModule): Meaning {
    switch (binding.is) {
      case "import":
        return ofImport(binding.from, binding.name, module);
      case "function":
        return { is: "function", module, node: binding.node, name };
      case "const": {
        const whole = ofExpression(binding.init, module, NOTHING, name);
        return binding.member === undefined ? whole : memberOf(whole, binding.member);
      }
      case "enum":
        return { is: "enum" };
      case "class":
        return { is: "class" };
      default:
        return UNKNOWN;
    }
  }

  function ofImport(from: string, name: string, importer: SourceModule): Meaning {
    const module = project.imported(from, importer);
    if (module === undefined) return /^[.~/]/.test(from) ? UNKNOWN : { is: "package", from, name };
    return name === WHOLE_MODULE ? { is: "module", module } : ofExport(name, module);
  }

  function ofExport(name: string, module: SourceModule): Meaning {
    const exported = module.exports.get(name);
    if (exported !== undefined) return once(exported, () => ofExported(exported, module));
    for (const { from } of module.stars) {
      const source = project.imported(from, module);
      if (source === undefined || name === "default") continue;
      const meaning = once(`${source.path}\n${name}`, () => ofExport(name, source));
      if (meaning.is !== "unknown") return meaning;
    }
    return UNKNOWN;
  }

  function ofExported(exported: Exported, module: SourceModule): Meaning {
    if (exported.is === "local") return ofName(exported.name, module);
    if (exported.is === "value") return ofExpression(exported.node, module, NOTHING, "default");
    return ofImport(exported.from, exported.name, module);
  }

  function isConstant(node: Node, module: SourceModule): boolean {
    const bare = unwrap(node);
    switch (bare.type) {
      case "Literal":
        return true;
      case "TemplateLiteral":
        return bare.expressions.every((part) => isConstant(part, module));
      case "UnaryExpression":
        return isConstant(bare.argument, module);
      case "BinaryExpression":
        return isConstant(bare.left, module) && isConstant(bare.right, module);
      case "Identifier":
      case "MemberExpression":
        return ofExpression(bare, module, NOTHING).is === "constant";
      default:
        return false;
    }
  }

  function exportsOf(module: SourceModule, seen: ReadonlySet<SourceModule> = new Set()): Map<string, Node> {
    const all = new Map<string, Node>();
    for (const { from, at } of module.stars) {
      const source = project.imported(from, module);
      if (source === undefined || seen.has(source)) continue;
      for (const name of exportsOf(source, new Set([...seen, module])).keys())
        if (name !== "default") all.set(name, at);
    }
    for (const [name, { at }] of module.exports) all.set(name, at);
    return all;
  }

  return { ofExpression, ofExport, exportsOf };
}

/** What is made of these is no function. */
const VALUES: ReadonlySet<string> = new Set([
  "ObjectExpression",
  "ArrayExpression",
  "TemplateLiteral",
  "BinaryExpression",
  "UnaryExpression",
  "ClassExpression",
  "ClassDeclaration",
  "TSInterfaceDeclaration",
]);
const NOTHING: ReadonlySet<string> = new Set();

/** Whether something is what coatcheck exports under a name, from whichever of its subpaths. */
export function isOurs(meaning: Meaning, name: string): boolean {
  return meaning.is === "package" && /^coatcheck(?:\/|$)/.test(meaning.from) && meaning.name === name;
}

function isWithUser(meaning: Meaning): boolean {
  return meaning.is === "member" && meaning.of === "guard" && meaning.name === "withUser";
}
