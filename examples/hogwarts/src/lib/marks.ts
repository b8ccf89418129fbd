/** The marks of the school's examinations, the best first. */
export const marks = {
  O: "Outstanding",
  E: "Exceeds Expectations",
  A: "Acceptable",
  P: "Poor",
  D: "Dreadful",
  T: "Troll",
} as const;

export type Mark = keyof typeof marks;
