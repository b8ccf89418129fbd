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

/**
 * @throws SessionError `ERR_SESSION_CONFIG` for a function that is missing: it would be missed at the first
 *   visitor.
 */
export function requireFunction<Options extends object>(
  options: Options,
  name: keyof Options & string,
  of: string,
): void {
  if (typeof options[name] !== "function")
    throw new SessionError("ERR_SESSION_CONFIG", `${of} needs ${name}, a function.`);
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
