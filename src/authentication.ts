import type { UserId } from "./options.ts";

/** How somebody logs in. */
export interface AuthenticateOptions {
  /**
   * What the user proved who they are with, such as `["password"]` or `["password", "totp"]`; short names of lower-case
   * letters, digits and `-`. @see RFC 8176 for names that others use
   */
  readonly methods: readonly string[];
  /**
   * Whether the session lives as long as `createSessions`' `remember` says, and its cookie outlives the browser.
   * @default false; for a user who is logged in already, as it is
   */
  readonly remember?: boolean | undefined;
}

/** A login that lacks a step, such as a second factor. Nobody is logged in yet. */
export interface PendingLogin {
  /** Whose login it is. */
  readonly userId: UserId;
  /** What was proven so far. */
  readonly methods: readonly string[];
  /** Whether the visitor asked to be remembered. */
  readonly remember: boolean;
  /** A fingerprint of what it was proven against, such as the password's hash: another one, and the login is over. */
  readonly basis?: string | undefined;
  /** When it began, in milliseconds since the epoch. */
  readonly since: number;
}

/**
 * What a record keeps of the login; `{}` for a session that nobody logged in to through
 * {@link Session.authenticate}.
 */
export interface Authentication {
  readonly methods?: readonly string[];
  readonly remembered?: true;
  readonly pending?: PendingLogin;
}

const NONE: Authentication = {};

/** Reads the text that a record keeps; see `writing/authentication.ts`. */
export function parseAuthentication(text: string | undefined): Authentication {
  return text === undefined ? NONE : (JSON.parse(text) as Authentication);
}
