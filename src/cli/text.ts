/** Control characters, and those that turn the direction of writing around or cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of a visitor, fit for a terminal: what would move its cursor or hide something is spelled out. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** A moment in ISO 8601, with how far away it is. */
export function momentText(at: number, now: number): string {
  const distance = Math.abs(at - now);
  return `${iso(at)} (${at > now ? `in ${span(distance)}` : `${span(distance)} ago`})`;
}

/** A moment in ISO 8601; one that no date can be is said to be none. */
export function iso(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "no date" : date.toISOString();
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
] as const;

/** A length of time in its greatest unit, two units where that is below ten. */
export function span(milliseconds: number): string {
  const at = UNITS.findIndex(([size]) => milliseconds >= size);
  if (at === -1) return `${Math.round(milliseconds)} ms`;
  const [size, unit] = UNITS[at]!;
  const count = Math.floor(milliseconds / size);
  const smaller = UNITS[at + 1];
  const rest = smaller === undefined ? 0 : Math.floor((milliseconds % size) / smaller[0]);
  return count < 10 && rest > 0 ? `${count} ${unit} ${rest} ${smaller![1]}` : `${count} ${unit}`;
}
