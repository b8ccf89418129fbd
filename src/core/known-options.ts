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
  if (unknown === undefined) return;
  throw new SessionError("ERR_SESSION_CONFIG", `${prefix}${unknown} is not an option of ${of}.`);
}
