import type { PendingLogin } from "../../authentication.ts";
import type { Credentials } from "../../auth/login/credentials.ts";
import { answerForm } from "../../auth/login/form-answer.ts";
import { lateLogin } from "../../auth/login/late.ts";
import type { LoginOptions } from "../../auth/login/options.ts";
import type { ConfirmOutcome, LoginOutcome, PasswordOutcome } from "../../auth/login/outcome.ts";
import type { PasswordChange } from "../../auth/login/password-change.ts";
import { checkPath } from "../../auth/redirect.ts";
import type { Data } from "../../core/json.ts";
import type { UserId } from "../../options.ts";
import { withExchange } from "./with-exchange.ts";

/** Logs visitors in and out, wherever a request is being answered. What is not right is a value; only faults throw. */
export interface Login {
  /**
   * Logs a visitor in, if the password is right and not too many wrong ones were tried.
   *
   * @param credentials - Or a form with the fields `identifier`, `username` or `email`, `password` and, if
   *   there is one, `remember`.
   * @throws SessionError `ERR_SESSION_STORE`: nobody can be logged in now; as `session.update`
   */
  readonly login: (credentials: Credentials | FormData) => Promise<LoginOutcome>;
  /**
   * Does all that the action of a login form does: logs in as {@link Login.login}, and answers the redirect
   * to the form's `next` or, with `?error=` or `?step=`, back to the login page. Works with and without
   * JavaScript.
   *
   * ```ts
   * export const logIn = async (form: FormData) => login.submit(form);
   * ```
   *
   * @returns a `Response`; faults are logged, and `?error=unavailable` tells the visitor.
   */
  readonly submit: (form: FormData) => Promise<Response>;
  /** The login that lacks a step, for ten minutes; `undefined` when there is none. */
  readonly pendingLogin: () => Promise<PendingLogin | undefined>;
  /**
   * Finishes a login that lacks a step, which the application has just checked.
   *
   * @param method - What the step proved the user with, such as `"totp"`, for `session.methods`.
   */
  readonly finishLogin: (method: string) => Promise<LoginOutcome>;
  /** Ends the session. @throws SessionError as `session.clear` */
  readonly logout: () => Promise<void>;
  /** Checks the password of the user who is logged in, so that `requireFresh` lets them pass. */
  readonly confirm: (password: unknown) => Promise<ConfirmOutcome>;
  /** Changes the password of the user who is logged in, and ends the user's other sessions. */
  readonly changePassword: (change: PasswordChange) => Promise<PasswordOutcome>;
  /**
   * Gives a user another password, and ends all of the user's sessions. Whoever calls this has made sure that
   * it is the user's wish.
   */
  readonly resetPassword: (userId: UserId, password: string) => Promise<PasswordOutcome>;
}

/** Builds the login of an application; see {@link LoginOptions}. */
export function createLogin<Account, T extends object = Data>(options: LoginOptions<Account, T>): Login {
  const core = lateLogin(options);
  const loginPath = checkPath("loginPath", options.loginPath ?? "/login");

  return {
    login: (credentials) => withExchange((exchange) => core.login(exchange, credentials)),
    submit: async (form) =>
      answerForm(form, loginPath, (given) => withExchange((exchange) => core.login(exchange, given))),
    pendingLogin: () => withExchange((exchange) => core.pendingLogin(exchange)),
    finishLogin: (method) => withExchange((exchange) => core.finishLogin(exchange, method)),
    logout: () => withExchange((exchange) => core.logout(exchange)),
    confirm: (password) => withExchange((exchange) => core.confirm(exchange, password)),
    changePassword: (change) => withExchange((exchange) => core.changePassword(exchange, change)),
    resetPassword: async (userId, password) => core.resetPassword(userId, password),
  };
}
