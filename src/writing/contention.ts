import { SessionError } from "../core/errors.ts";

const MAX_BACKOFF_MS = 25;

/** Waits a random moment, longer with every loss, so that writers on different nodes fall out of step. */
export function backOff(attempt: number): Promise<void> {
  const most = Math.min(MAX_BACKOFF_MS, 2 ** Math.min(attempt, 10));
  const wait = (globalThis.crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32) * most;
  return new Promise((resolve) => setTimeout(resolve, wait));
}

/** The error of a write whose session ended before it. */
export function revoked(): SessionError {
  return new SessionError(
    "ERR_SESSION_REVOKED",
    "The session ended (logout, revocation or expiry) before this write, which was not kept.",
  );
}

/** The error of a write that others were faster than, every time. */
export function lostOut(attempts: number): SessionError {
  return new SessionError(
    "ERR_SESSION_CONFLICT",
    `Other writers changed the session ${attempts} times while this update was tried; it was not kept.`,
  );
}
