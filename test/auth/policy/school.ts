import { expect } from "vitest";
import type { Verdict } from "../../../src/auth/policy.ts";

export interface User {
  readonly role: "headmaster" | "professor" | "student";
  readonly house: string | null;
}

export interface Student {
  readonly id: number;
  readonly name: string;
  readonly house: string | null;
  readonly year: number | null;
}

export const dumbledore: User = { role: "headmaster", house: null };
export const mcgonagall: User = { role: "professor", house: "gryffindor" };
export const harry: User = { role: "student", house: "gryffindor" };

export const isHeadmaster = (user: User): boolean => user.role === "headmaster";
export const isProfessor = (user: User): boolean => user.role === "professor";
export const inOwnHouse = (user: User, house: string): boolean => user.house === house;

/** Answers that are neither `true` nor a plain no, from rules that no compiler has seen. */
export const nonAnswers: readonly (readonly [what: string, answer: unknown])[] = [
  ["a promise of true", Promise.resolve(true)],
  ["a promise of false", Promise.resolve(false)],
  ["1", 1],
  ["0", 0],
  ["yes", "yes"],
  ["true as text", "true"],
  ["the empty string", ""],
  ["a Boolean object", new Boolean(true)],
  ["an empty list", []],
  ["a list with true", [true]],
  ["a function", () => true],
  ["a symbol", Symbol("true")],
  ["null", null],
  ["undefined", undefined],
];

/** A rule as untyped code may write it. */
export function answering(answer: unknown): (user: User) => Verdict {
  return () => answer as Verdict;
}

/** A configuration error whose message holds each of the words. */
export function configError(...words: string[]): unknown {
  return expect.objectContaining({
    code: "ERR_SESSION_CONFIG",
    message: expect.toSatisfy((message: string) => words.every((word) => message.includes(word))),
  });
}
