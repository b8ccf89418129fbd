import type { AuthenticateOptions } from "../../authentication.ts";
import { isSessionError } from "../../core/errors.ts";
import type { Session, SessionUpdate } from "../../session.ts";

/** How somebody is let into a session. */
export interface Entry<T extends object> extends AuthenticateOptions {
  readonly update: SessionUpdate<T>;
  /** Whether what this rests on still holds, asked when the session is there. */
  readonly holds: () => Promise<boolean>;
}

/**
 * Authenticates a session, and asks afterwards whether that was right: who changes a password or locks a user ends the
 * sessions that there are, and this one was not there when the password was checked.
 *
 * @returns `false` when it was not: the session has ended.
 * @throws SessionError as `session.authenticate`
 */
export async function enter<T extends object>(session: Session<T>, entry: Entry<T>): Promise<boolean> {
  const { update, holds, ...how } = entry;
  await session.authenticate(update, how);
  let right = false;
  try {
    right = await holds();
  } finally {
    if (!right) await session.clear();
  }
  return right;
}

/** Whether an error says that the session ended meanwhile, by a logout in another tab for example. */
export function hasEnded(error: unknown): boolean {
  return isSessionError(error, "ERR_SESSION_REVOKED");
}

/** Does what is done to a session; once more, to a new one, if it ended meanwhile. */
export async function evenIfEnded<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (!hasEnded(error)) throw error;
    return work();
  }
}
