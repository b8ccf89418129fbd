import { maxPasswordLength, minPasswordLength } from "./password-rules.ts";

/** What pages say when a password opened nothing or cannot be used: for the pages and the server alike. */
const messages = {
  invalid: "Invalid login",
  "wrong-password": "That is not your password.",
  "too-short": `A password needs at least ${minPasswordLength} characters.`,
  "too-long": `A password may have ${maxPasswordLength} characters at most.`,
  contextual: "A password must be more than your name, your address or the name of the school.",
  breached: "This password is known from breaches, where it is tried first.",
  busy: "Too many people are logging in. Please try again in a moment.",
  unavailable: "The login is out of order. Please try again in a moment.",
  "cross-site": "This form was not sent by this site's own page.",
  anonymous: "Please log in first.",
};

/** Why something was refused. `after`: in how many seconds it makes sense to try again. */
export interface Refusal {
  readonly code: keyof typeof messages | "throttled";
  readonly after?: number | undefined;
}

/** How the address of a page carries a refusal. */
export type RefusalParams = { error?: string; after?: string };

/** What is said to the visitor. */
export function refusalText({ code, after }: Refusal): string {
  return code === "throttled" ? `Too many attempts. Please try again ${inWords(after)}.` : messages[code];
}

/** Puts a refusal into the query of an address, where a page without JavaScript finds it. */
export function addRefusal(query: URLSearchParams, { code, after }: Refusal): void {
  query.set("error", code);
  if (after !== undefined) query.set("after", String(after));
}

/** Reads what {@link addRefusal} wrote, or whatever the visitor did. @returns `undefined` when there is none */
export function readRefusal({ error = "", after }: RefusalParams): Refusal | undefined {
  if (error !== "throttled" && !Object.hasOwn(messages, error)) return undefined;
  const seconds = /^\d{1,6}$/.test(after ?? "") ? Number(after) : undefined;
  return { code: error as Refusal["code"], after: seconds };
}

const minute = 60;
const hour = 60 * minute;

function inWords(seconds: number | undefined): string {
  if (seconds === undefined) return "later";
  if (seconds <= minute) return "in a minute";
  if (seconds <= 2 * hour) return `in ${Math.ceil(seconds / minute)} minutes`;
  return `in ${Math.ceil(seconds / hour)} hours`;
}
