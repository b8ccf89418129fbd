import type { Conduct, Conducts } from "./conduct.ts";
import type { Meaning, Meanings } from "./meaning.ts";
import { scopedNodes } from "./scopes.ts";
import { isServerFunction, type SourceModule } from "./source-module.ts";
import { placeOf, type Place } from "./step.ts";
import { keyName, unwrap, type Node } from "./syntax.ts";

/** What a visitor can reach, whatever the pages show. */
export type EntryKind = "server function" | "query" | "API route";

/** A way into the application, and what it does with somebody who is not logged in. */
export interface EntryPoint extends Place {
  readonly kind: EntryKind;
  readonly name: string;
  readonly verdict: "guarded" | "public" | "unguarded";
  /** Which guard; why it is public; or why it is taken for unguarded. */
  readonly reason: string;
  /** Where the guard is called, if it is guarded. */
  readonly guard?: Place;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** What of `@solidjs/router` makes queries; the second is its former name. */
const QUERIES: ReadonlySet<string> = new Set(["query", "cache"]);
/** Exports of a server function's file that nobody can call. */
const NO_FUNCTIONS: ReadonlySet<Meaning["is"]> = new Set([
  "class",
  "constant",
  "enum",
  "guard",
  "login",
  "module",
  "value",
]);

/**
 * Finds the entry points of a module, in the order of their lines.
 *
 * @param isRoute - Whether the file is one of the routes, so that its handlers answer requests.
 */
export function entryPoints(
  module: SourceModule,
  isRoute: boolean,
  meanings: Meanings,
  conducts: Conducts,
): EntryPoint[] {
  const found = new Map<unknown, EntryPoint>();
  const add = (node: Node, key: unknown, kind: EntryKind, name: string, conduct: Conduct) => {
    if (!found.has(key)) found.set(key, { ...placeOf(module, node), kind, name, ...verdictOf(conduct) });
  };
  const addExport = (name: string, at: Node, kind: EntryKind, meaning: Meaning) => {
    const conduct = conductOf(meaning, conducts);
    if (meaning.is === "function" && meaning.module === module)
      add(meaning.node, meaning.node, kind, name, conduct);
    else add(at, `${at.start} ${name}`, kind, name, conduct);
  };

  if (isRoute || module.isServer) {
    for (const [name, at] of meanings.exportsOf(module)) {
      const meaning = meanings.ofExport(name, module);
      if (isRoute && METHODS.has(name)) addExport(name, at, "API route", meaning);
      if (!module.isServer || NO_FUNCTIONS.has(meaning.is)) continue;
      const asked = meaning.is === "made" && isQuery(meaning.by) ? meaning.node.arguments[0] : undefined;
      if (asked === undefined || meaning.is !== "made") addExport(name, at, "server function", meaning);
      else addExport(name, at, "query", meanings.ofExpression(asked, meaning.module, NOTHING));
    }
  }
  for (const { node, hidden, around } of scopedNodes(module.program)) {
    if (!isServerFunction(node)) continue;
    const name = node.id?.name ?? nameOf(around);
    const call = around.find((one) => unwrap(one) === one);
    const isAsked =
      call?.type === "CallExpression" && isQuery(meanings.ofExpression(call.callee, module, hidden));
    add(node, node, isAsked ? "query" : "server function", name, conducts.of({ module, node, name }, hidden));
  }
  return [...found.values()].toSorted((a, b) => a.line - b.line);
}

const NOTHING: ReadonlySet<string> = new Set();

function isQuery(meaning: Meaning): boolean {
  return meaning.is === "package" && meaning.from === "@solidjs/router" && QUERIES.has(meaning.name);
}

function conductOf(meaning: Meaning, conducts: Conducts): Conduct {
  if (meaning.is === "function") return conducts.of(meaning);
  if (meaning.is === "wrapped") {
    const { module, node } = meaning;
    return { is: "guarded", call: "withUser", node, guard: placeOf(module, node), throws: false };
  }
  const why =
    meaning.is === "package" ? `it comes from the package ${meaning.from}` : "what it is cannot be told";
  return { is: "open", why };
}

function verdictOf(conduct: Conduct): Pick<EntryPoint, "verdict" | "reason" | "guard"> {
  if (conduct.is === "guarded")
    return { verdict: "guarded", reason: `${conduct.call}()`, guard: conduct.guard };
  return { verdict: conduct.is === "public" ? "public" : "unguarded", reason: conduct.why };
}

/** The name that a function was given by what is around it. */
function nameOf(around: readonly Node[]): string {
  for (const [index, node] of around.entries()) {
    switch (node.type) {
      case "VariableDeclarator":
        return node.id.type === "Identifier" ? node.id.name : ANONYMOUS;
      case "ClassDeclaration":
      case "ClassExpression":
        if (node.id !== null) return node.id.name;
        break;
      case "Property":
      case "PropertyDefinition":
      case "MethodDefinition": {
        const key = keyName(node.key, node.computed) ?? ANONYMOUS;
        const owner = nameOf(around.slice(index + 1));
        return owner === ANONYMOUS ? key : `${owner}.${key}`;
      }
      case "ExportDefaultDeclaration":
        return "default";
      case "BlockStatement":
        return ANONYMOUS;
      default:
    }
  }
  return ANONYMOUS;
}

const ANONYMOUS = "(anonymous)";
