/** Data of a session: who it is, and as much beside as makes the size. */
export interface Payload {
  readonly userId: number;
  readonly name: string;
  readonly role: string;
  readonly recent?: readonly { readonly path: string; readonly at: number }[];
}

/** A size by name, with a maker of different payloads of it. */
export interface Size {
  readonly name: string;
  readonly make: (i: number) => Payload;
}

const FIRST_USER = 100_000;
const NAMES = ["Hermione Granger", "Neville Longbottom", "Luna Lovegood", "Ginevra Weasley"];

/** Whose payload it is. */
export function userOf(i: number): number {
  return FIRST_USER + i;
}

function payload(i: number, visits: number): Payload {
  const who = { userId: userOf(i), name: NAMES[i % NAMES.length]!, role: "student" };
  if (visits === 0) return who;
  const recent = Array.from({ length: visits }, (_, n) => ({
    path: `/courses/${(i * 7 + n) % 90}/grades`,
    at: 1_760_000_000_000 + i * 1000 + n,
  }));
  return { ...who, recent };
}

function size(visits: number): Size {
  const bytes = JSON.stringify(payload(0, visits)).length;
  return { name: `${bytes} B`, make: (i) => payload(i, visits) };
}

/** About 60 bytes, about 500, and nearly as much as one cookie holds once it is sealed. */
export const SIZES = { small: size(0), medium: size(9), large: size(56) } as const;
