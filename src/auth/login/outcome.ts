import type { UserId } from "../../options.ts";
import type { PasswordProblem } from "../password-rules.ts";

/**
 * Why somebody is not logged in:
 *
 * - `invalid`: unknown user, wrong password, or a user who may not log in; nobody can tell which.
 * - `throttled`: too many wrong passwords for this account, from this device or from this address.
 * - `busy`: more passwords are being checked than this server can take.
 * - `cross-site`: the form was sent by another site's page.
 * - `anonymous`: it takes somebody who is logged in, or has begun to.
 */
export type LoginFailure = "invalid" | "throttled" | "busy" | "cross-site" | "anonymous";

/** What all outcomes share that did not succeed. They are no errors: they happen every day. */
interface Refused<Reason extends string> {
  readonly ok: false;
  readonly reason: Reason;
  /** What to tell the visitor, in English. The same whether the user exists or not. */
  readonly message: string;
  /** The status of an API's answer: 401, 403, 422, 429 or 503. */
  readonly status: number;
  /** Whole seconds after which it makes sense to try again; `undefined` when that changes nothing. */
  readonly retryAfter: number | undefined;
}

/** A login, or a password typed again, that did not succeed. */
export type LoginRefusal = Refused<LoginFailure>;

/** A success. The user is whoever the guard's `getUser` answers from now on, in this very request. */
export interface LoginSuccess {
  readonly ok: true;
  readonly userId: UserId;
}

/** The password was right, and a step is left, which `nextStep` has named. Nobody is logged in yet. */
export interface LoginStep extends Refused<"step"> {
  readonly step: string;
}

/** What `login` answers. */
export type LoginOutcome = LoginSuccess | LoginStep | LoginRefusal;

/** What `confirm` answers. */
export type ConfirmOutcome = LoginSuccess | LoginRefusal;

/** A new password that cannot be used. */
export interface WeakPassword extends Refused<"weak"> {
  readonly problem: PasswordProblem;
}

/** What changing a password answers. */
export type PasswordOutcome = LoginSuccess | WeakPassword | LoginRefusal;

const STATUS = { invalid: 401, anonymous: 401, throttled: 429, busy: 503, "cross-site": 403 };
const MESSAGE = {
  invalid: "Invalid login",
  anonymous: "Please log in first.",
  busy: "Too many people are logging in. Please try again in a moment.",
  "cross-site": "This form was not sent by this site's own page.",
};
const MINUTE = 60;

/** Builds a refusal. */
export function refuse(reason: LoginFailure, retryAfter?: number): LoginRefusal {
  return { ok: false, reason, message: messageOf(reason, retryAfter), status: STATUS[reason], retryAfter };
}

/** Builds the outcome of a login that lacks a step. */
export function suspend(step: string): LoginStep {
  const message = "One more step is needed to log in.";
  return { ok: false, reason: "step", step, message, status: 401, retryAfter: undefined };
}

/** Builds the outcome for a new password that cannot be used. */
export function refuseWeak(problem: PasswordProblem): WeakPassword {
  const { message } = problem;
  return { ok: false, reason: "weak", problem, message, status: 422, retryAfter: undefined };
}

function messageOf(reason: LoginFailure, retryAfter = 1): string {
  return reason === "throttled"
    ? `Too many attempts. Please try again in ${inWords(retryAfter)}.`
    : MESSAGE[reason];
}

function inWords(seconds: number): string {
  if (seconds <= MINUTE) return "a minute";
  const minutes = Math.ceil(seconds / MINUTE);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
