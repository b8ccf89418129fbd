import type { Conduct } from "./conduct.ts";
import type { Meaning, Meanings } from "./meaning.ts";
import { declaredNames } from "./scopes.ts";
import type { SourceModule } from "./source-module.ts";
import { isFunction, unwrap, type FunctionNode, type Node } from "./syntax.ts";

/** A function of the application. */
export type FunctionMeaning = Extract<Meaning, { is: "function" }>;

/** What is known of functions, each found out once. */
export interface Functions {
  conductOf(meaning: FunctionMeaning): Conduct;
  /** Whether calling it does nothing but to compute something of its parameters and of constants. */
  isHarmless(meaning: FunctionMeaning): boolean;
  frameOf(meaning: FunctionMeaning): Frame;
}

/** A function whose code is gone through. */
export interface Frame {
  readonly module: SourceModule;
  readonly fn: FunctionNode;
  /** The names that the function declares. */
  readonly own: ReadonlySet<string>;
  /** Those, and the ones of functions and blocks around it: none of them is the module's. */
  readonly hidden: ReadonlySet<string>;
  /** Its parameters that are said to be of the type FormData. */
  readonly forms: ReadonlySet<string>;
  readonly functions: Functions;
  meaningOf(node: Node): Meaning;
}

/** @param around - The names that functions and blocks around it have for themselves. */
export function createFrame(
  { module, node: fn }: Pick<FunctionMeaning, "module" | "node">,
  around: ReadonlySet<string>,
  meanings: Meanings,
  functions: Functions,
): Frame {
  const own = declaredNames(fn);
  const hidden = new Set([...own, ...around]);
  return {
    module,
    fn,
    own,
    hidden,
    forms: new Set(fn.params.flatMap((parameter) => formName(parameter) ?? [])),
    functions,
    // A function that is written down in another one may use names of that: what it does is not looked at.
    meaningOf: (node) =>
      isFunction(unwrap(node)) ? { is: "unknown" } : meanings.ofExpression(node, module, hidden),
  };
}

function formName(parameter: Node): string | undefined {
  if (parameter.type !== "Identifier") return undefined;
  const type = parameter.typeAnnotation?.typeAnnotation;
  const types = type?.type === "TSUnionType" ? type.types : [type];
  return types.some(isFormData) && types.every((one) => isFormData(one) || isNothing(one))
    ? parameter.name
    : undefined;
}

function isFormData(type: Node | undefined): boolean {
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return false;
  return type.typeName.name === "FormData";
}

function isNothing(type: Node | undefined): boolean {
  return type?.type === "TSUndefinedKeyword" || type?.type === "TSNullKeyword";
}
