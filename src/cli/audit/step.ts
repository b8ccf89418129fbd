import type { SourceModule } from "./source-module.ts";
import type { Node } from "./syntax.ts";

/** A place in the source. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

/**
 * What a function answers where nobody is logged in: `null`, as `getUser` does; that or `undefined`; or an
 * outcome whose `ok` is `false`, as `confirm` does.
 */
export type Nobody = "null" | "nothing" | "not ok";

/** The guard is passed: whoever is not logged in does not get here. */
export interface Guarded {
  readonly is: "guarded";
  /** The call that guards, as it is called here, and where it is. */
  readonly call: string;
  readonly node: Node;
  /** Where the guard's own call is: there, or in a function that is called there. */
  readonly guard: Place;
  /** Whether it throws. Otherwise the function ends with an answer, and whoever called it goes on. */
  readonly throws: boolean;
  /** What that answer is, where it tells that nobody is logged in. */
  readonly nobody?: Nobody | undefined;
}

/** Something happens that must not happen before the guard, or the guard is none. */
export interface Open {
  readonly is: "open";
  /** Why it is no guard. */
  readonly why?: string;
  /** Or what comes before the guard, where there is one. */
  readonly before?: { readonly what: string; readonly node: Node };
  /** What the function answers to those who are not logged in, where that tells it. */
  readonly nobody?: Nobody | undefined;
}

/** What evaluating some code comes to: the first thing that matters; `undefined` while nothing has mattered. */
export type Step = Guarded | Open | undefined;

/** Something that must not come before the guard. */
export function before(what: string, node: Node): Open {
  return { is: "open", before: { what, node } };
}

/** A guard that is none. */
export function open(why: string): Open {
  return { is: "open", why };
}

/** What code comes to that may be left out. */
export function maybe(step: Step): Open | undefined {
  return step?.is === "guarded" ? open("guarded only inside a condition") : step;
}

export function placeOf(module: SourceModule, node: Node): Place {
  return { path: module.path, line: module.lineOf(node) };
}
