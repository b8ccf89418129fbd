import type { Frame } from "./frame.ts";
import { isOurs } from "./meaning.ts";
import { unwrap, type Node, type NodeOf } from "./syntax.ts";

// What may be called before the guard: it computes something of what it is given, and of nothing else.

const FUNCTIONS: ReadonlySet<string> = new Set([
  "String",
  "Number",
  "Boolean",
  "BigInt",
  "parseInt",
  "parseFloat",
  "encodeURIComponent",
]);
const MEMBERS: ReadonlySet<string> = new Set([
  "Array.isArray",
  "Number.isFinite",
  "Number.isInteger",
  "Number.isNaN",
  "Number.isSafeInteger",
  "Response.error",
  "Response.json",
  "Response.redirect",
  "console.debug",
  "console.error",
  "console.info",
  "console.log",
  "console.warn",
]);
const CLASSES: ReadonlySet<string> = new Set([
  "Error",
  "Headers",
  "RangeError",
  "Response",
  "SyntaxError",
  "TypeError",
  "URL",
  "URLSearchParams",
]);
const TEXT_METHODS: ReadonlySet<string> = new Set(["toLowerCase", "toString", "toUpperCase", "trim"]);
const FORM_METHODS: ReadonlySet<string> = new Set(["get", "getAll", "has"]);
const ROUTER_FUNCTIONS: ReadonlySet<string> = new Set(["json", "redirect", "reload"]);
const GLOBALS: ReadonlySet<string> = new Set([
  ...CLASSES,
  "undefined",
  "NaN",
  "Infinity",
  "Array",
  "FormData",
  "Number",
  "console",
]);

/** Whether a call is one that may come before the guard, if what it is made on and its arguments may. */
export function isHarmlessCall(call: NodeOf<"CallExpression">, frame: Frame): boolean {
  const callee = unwrap(call.callee);
  if (callee.type === "MemberExpression") {
    if (callee.computed || callee.property.type !== "Identifier") return false;
    const { name } = callee.property;
    const object = unwrap(callee.object);
    if (TEXT_METHODS.has(name)) return true;
    if (object.type !== "Identifier") return false;
    if (frame.forms.has(object.name)) return FORM_METHODS.has(name);
    return isGlobal(object.name, frame) && MEMBERS.has(`${object.name}.${name}`);
  }
  if (callee.type !== "Identifier") return false;
  if (isGlobal(callee.name, frame)) return FUNCTIONS.has(callee.name);
  const meaning = frame.meaningOf(callee);
  if (meaning.is === "function") return frame.functions.isHarmless(meaning);
  if (isOurs(meaning, "safeNext")) return true;
  return meaning.is === "package" && meaning.from === "@solidjs/router" && ROUTER_FUNCTIONS.has(meaning.name);
}

/** Whether something is a class of which one may be made before the guard. */
export function isHarmlessClass(callee: Node, frame: Frame): boolean {
  return callee.type === "Identifier" && isGlobal(callee.name, frame) && CLASSES.has(callee.name);
}

/** Whether a name may be read before the guard: the function's own ones, and constants. */
export function isHarmlessName(node: NodeOf<"Identifier">, frame: Frame): boolean {
  const { name } = node;
  if (frame.own.has(name)) return true;
  return isGlobal(name, frame) ? GLOBALS.has(name) : frame.meaningOf(node).is === "constant";
}

function isGlobal(name: string, frame: Frame): boolean {
  return !frame.hidden.has(name) && !frame.module.bindings.has(name);
}
