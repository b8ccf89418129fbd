import { SessionError } from "./errors.ts";

/**
 * Refuses an option that there is not: one that is misspelled would silently do nothing, and let everybody pass.
 *
 * @param of - Whose options they are.
 * @param prefix - What stands before the name, such as `throttle.`.
 * @throws SessionError `ERR_SESSION_CONFIG`, naming the option.
 */
export function refuseUnknownOptions(
  options: object,
  known: ReadonlySet<string>,
  of: string,
  prefix = "",
): void {
  const unknown = Object.keys(options).find((name) => !known.has(name));
  if (unknown !== undefined) throw unknownOption(prefix + unknown, of);
}

/** The error of an option that there is not. @param ours - What it is called here. */
export function unknownOption(name: string, of: string, ours?: string): SessionError {
  const hint = ours === undefined ? "" : `; here it is called ${ours}`;
  return new SessionError("ERR_SESSION_CONFIG", `${name} is not an option of ${of}${hint}.`);
}

/** The error of an option of `createSessions` that cannot be what it is. */
export function wrongOption(problem: string): SessionError {
  return new SessionError("ERR_SESSION_CONFIG", `Wrong session options: ${problem}.`);
}
