import { SessionError } from "../core/errors.ts";

/**
 * Marks a server function or an API route as open to everybody, for `coatcheck audit`. It is the first statement of the
 * function, and does nothing else.
 *
 * ```ts
 * export async function login(form: FormData) {
 *   publicRoute("whoever logs in is not logged in yet");
 * ```
 *
 * @param reason - Why nobody has to be logged in; the audit lists it, so it is a text in the source, and not empty.
 * @throws SessionError `ERR_SESSION_CONFIG` when there is no reason.
 * @see OWASP ASVS 5.0 8.1.1
 */
export function publicRoute(reason: string): void {
  if (typeof reason !== "string" || reason.trim() === "")
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "publicRoute needs to be told why nobody has to be logged in.",
    );
}
