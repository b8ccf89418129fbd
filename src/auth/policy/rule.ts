/**
 * What a rule answers. Exactly `true` allows; `false` and a {@link Denial} deny, and so does whatever else it
 * may answer.
 */
export type Verdict = boolean | Denial;

/** A plain function that tells whether a user may do something, and with which resource where that matters. */
export type Rule<User, Resource = never> = (user: User, resource: Resource) => Verdict;

/** A denial that says why; {@link deny} makes it. */
export class Denial {
  /** Why, in the application's own words. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * Denies, and says why: what a rule may answer in place of `false`.
 *
 * @param reason - A clause for the developers' log, such as `"the house is closed"`; `explain` shows it.
 * @returns a verdict that is a denial wherever `false` is one.
 */
export function deny(reason: string): Denial {
  return new Denial(reason);
}

/**
 * Whether an answer is a plain no. Neither this nor `true`: not an answer at all, and `not` must not turn it
 * into a yes.
 */
export function isDenied(answer: unknown): boolean {
  return answer === false || answer instanceof Denial;
}
