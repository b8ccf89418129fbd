import { safeNext } from "../redirect.ts";
import type { LoginFailure, LoginOutcome } from "./outcome.ts";

/**
 * What the login page is told in `?error=`: why nobody was logged in, or that something does not work at the
 * moment.
 */
export type LoginFormError = LoginFailure | "unavailable";

/**
 * Does all that the handler of a login form does, and answers where the visitor goes: to the form's `next`,
 * if that is a path of this site, else to `/`; or back to the login page, which is told why in `?error=` or,
 * when a step is left, which in `?step=`. It throws no error: one that an action throws would send the form,
 * password and all, back to a visitor without JavaScript, in a cookie.
 *
 * @param login - Logs in with what is in the form. A `Response` that it throws goes on to the caller.
 * @returns a redirect, 303.
 */
export async function answerForm(
  form: FormData,
  loginPath: string,
  login: (form: FormData) => Promise<LoginOutcome>,
): Promise<Response> {
  const next = typeof form?.get === "function" ? safeNext(form.get("next"), "") : "";
  const told = await outcomeOf(form, login);
  if (told === undefined) return seeOther(next === "" ? "/" : next);
  const query = new URLSearchParams({ ...told, ...(next !== "" && { next }) });
  return seeOther(`${loginPath}${loginPath.includes("?") ? "&" : "?"}${query}`);
}

/** @returns what the login page is told; `undefined` after a success. */
async function outcomeOf(
  form: FormData,
  login: (form: FormData) => Promise<LoginOutcome>,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const outcome = await login(form);
    if (outcome.ok) return undefined;
    const { reason } = outcome;
    return reason === "step" ? { step: outcome.step } : { error: reason satisfies LoginFormError };
  } catch (error) {
    if (error instanceof Response) throw error;
    console.error(error);
    return { error: "unavailable" satisfies LoginFormError };
  }
}

function seeOther(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { Location: location, "Cache-Control": "no-store" },
  });
}
