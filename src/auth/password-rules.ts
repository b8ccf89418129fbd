import { SessionError } from "../core/errors.ts";
import { countCharacters, MAX_UNITS, normalizePassword } from "./password-text.ts";

/** What a new password has to be. There is no rule on which characters it is made of. */
export interface PasswordRules {
  /**
   * Characters at least, from 8. With no second factor, 15 is what NIST SP 800-63B-4 requires and OWASP
   * recommends: choose it where you can. @default 8
   */
  readonly minLength?: number | undefined;
  /** Characters at most, from 64 to 1024. @default 1024 */
  readonly maxLength?: number | undefined;
  /**
   * Words that a guesser would try first: the application's name, the username, the e-mail address. Each
   * counts as a whole and by its parts of three or more letters and digits. @default none
   */
  readonly words?: readonly string[] | undefined;
  /**
   * Whether a password, given as it was received, is known from breaches; what it throws is passed on.
   * @default `isBreached` of "coatcheck/breached-passwords", loaded at the first check
   */
  readonly isBreached?: ((password: string) => boolean | Promise<boolean>) | undefined;
}

/** Why a password cannot be used. */
export interface PasswordProblem {
  readonly code: "too-short" | "too-long" | "contextual" | "breached";
  /** An English sentence for whoever typed it; holds nothing of the password. */
  readonly message: string;
}

const MIN_LENGTH = 8;
const SHORTEST_MAXIMUM = 64;
const MAX_LENGTH = 1024;
/** Shorter parts of a word are letters that many passwords share. */
const SHORTEST_PART = 3;
/** More than a year, which is what people put behind a name. */
const OWN_CHARACTERS = 5;

/**
 * Checks a new password, at registration and when it is changed, never at login. A character is a code point
 * of the text in normal form C. Context words are refused where, upper and lower case alike, fewer than five
 * characters are left of the password once every word and part of a word is taken out, the longest first.
 *
 * @param password - As it was received; it is not trimmed or changed.
 * @returns `undefined` when it can be used, otherwise the first problem of: too short, too long, contextual, breached.
 * @throws SessionError `ERR_SESSION_CONFIG` when a length is out of its range.
 * @see NIST SP 800-63B-4 section 3.1.1.2; OWASP ASVS 5.0 6.2.1, 6.2.4, 6.2.5, 6.2.8, 6.2.9, 6.2.11, 6.2.12
 */
export async function checkPassword(
  password: string,
  rules: PasswordRules = {},
): Promise<PasswordProblem | undefined> {
  const { minLength = MIN_LENGTH, maxLength = MAX_LENGTH, words = [], isBreached = inOwnList } = rules;
  if (!isWholeBetween(SHORTEST_MAXIMUM, maxLength, MAX_LENGTH))
    throw wrong(`maxLength must be a whole number from ${SHORTEST_MAXIMUM} to ${MAX_LENGTH}.`);
  if (!isWholeBetween(MIN_LENGTH, minLength, maxLength))
    throw wrong(`minLength must be a whole number from ${MIN_LENGTH} to maxLength.`);

  const text = password.length > MAX_UNITS ? undefined : normalizePassword(password);
  const length = text === undefined ? Infinity : countCharacters(text);
  if (length < minLength)
    return { code: "too-short", message: `A password needs at least ${minLength} characters.` };
  if (text === undefined || length > maxLength)
    return { code: "too-long", message: `A password may have ${maxLength} characters at most.` };
  if (isContextual(text, words))
    return {
      code: "contextual",
      message: "A password must be more than a name, an address or the name of this site.",
    };
  if (await isBreached(password))
    return { code: "breached", message: "This password is known from breaches, where it is tried first." };
  return undefined;
}

function isContextual(text: string, words: readonly string[]): boolean {
  let rest = fold(text);
  for (const part of partsOf(words)) rest = rest.replaceAll(part, "");
  return countCharacters(rest) < OWN_CHARACTERS;
}

/** The words and their parts, once each, the longest first: "potter" must not be taken out of "harry.potter" before. */
function partsOf(words: readonly string[]): string[] {
  const parts = words
    .filter((word) => word.length <= MAX_UNITS)
    .map(fold)
    .flatMap((word) => [word, ...word.split(/[^\p{L}\p{M}\p{N}]+/u).filter(isLongEnough)]);
  return [...new Set(parts)].toSorted((a, b) => b.length - a.length);
}

function isLongEnough(part: string): boolean {
  return countCharacters(part) >= SHORTEST_PART;
}

function fold(text: string): string {
  return normalizePassword(text).toLowerCase();
}

async function inOwnList(password: string): Promise<boolean> {
  const list = await import("./breached/index.ts");
  return list.isBreached(password);
}

function isWholeBetween(min: number, value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max;
}

function wrong(message: string): SessionError {
  return new SessionError("ERR_SESSION_CONFIG", message);
}
